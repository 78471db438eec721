"""Where the people of a run come from: simulated, recorded, or a demand list.

======================  =======================================================================
File                    Purpose
======================  =======================================================================
``source.py``           the one entry point of a run
``people.py``           `Crowd`, the form in which every source delivers, and who is where when
``simulated.py``        people moved by JuPedSim
``arrivals.py``         who arrives when: Poisson arrivals and demand lists
``recordings.py``       HERMES and PeTrack text, JuPedSim SQLite, CSV
``placement.py``        where a recording lies in the site
``packaged.py``         the recording in ``data/`` that a plain install uses
``remake_packaged.py``  re-creates it
``rows.py``             checks of recorded rows, and the uniform grid
``text.py``             text files of numbers, with faults located to the line
======================  =======================================================================
"""

from clearway.twin.crowd.arrivals import Arrivals, is_demand, poisson_arrivals, read_demand
from clearway.twin.crowd.packaged import packaged_recording
from clearway.twin.crowd.people import Crowd, Origin, Present
from clearway.twin.crowd.placement import place
from clearway.twin.crowd.recordings import read_recording
from clearway.twin.crowd.rows import crowd_from_rows
from clearway.twin.crowd.simulated import simulate
from clearway.twin.crowd.source import open_crowd

__all__ = [
    "Arrivals",
    "Crowd",
    "Origin",
    "Present",
    "crowd_from_rows",
    "is_demand",
    "open_crowd",
    "packaged_recording",
    "place",
    "poisson_arrivals",
    "read_demand",
    "read_recording",
    "simulate",
]
