"""Clearway finds who in a moving crowd carries a firearm or explosives, without stopping anyone.

The folders follow the data:

========================  =====================================================================
`clearway.site`           the site file: floor plan, sensors, prior, decisions, crowd
`clearway.twin`           the simulated station: crowd, carriers, sensors
`clearway.domain`         the words all parts share: Detection, Track, Evidence, Belief, Alert
`clearway.tracking`       detections -> tracks
`clearway.fusion`         evidence + tracks -> belief per person -> alerts and cues
`clearway.imaging`        radar sweeps -> 3-D images
`clearway.engine`         the sans-I/O object that joins tracking and fusion
`clearway.trial`          whole runs, metrics and the report
`clearway.store`          the output folder and its tables
`clearway.bench`          rates beside peers
`clearway.cli`            the commands
========================  =====================================================================
"""

from importlib.metadata import version

__version__ = version("clearway")
