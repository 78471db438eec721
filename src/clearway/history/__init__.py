"""What was shown on the plan, kept so that any minute of it can be seen again and asked about.

``columns``
    pictures as a table, in compact types
``parts``
    the Parquet files: their names, which hold the time, and the list of them
``waiting``, ``recorder``, ``merging``
    from live pictures to files; the files of an hour become one when it is over
``reader``
    any minute again, also while the recorder writes; gaps
``questions``
    SQL, with the extra ``[history]``; not imported here, for it needs DuckDB
"""

from clearway.history.parts import Forgotten, forget
from clearway.history.reader import TrackHistory
from clearway.history.recorder import TrackRecorder

__all__ = ["Forgotten", "TrackHistory", "TrackRecorder", "forget"]
