"""The log: every accepted SAPIENT message in its order, from which a session is replayed.

`LogWriter` appends to MCAP files in a folder and never makes a service wait; `LogReader` gives back
what they hold, around whatever a crash, a full disk or time has damaged.

Notes
-----
**Contents.**  Each accepted message with its bytes unchanged; the clock as the engine was told it
between messages; facts of the session, such as a node lost; and in every file the site file and
the versions of the software.  That is all the input an engine has, so a log alone replays a
session.  Files follow the MCAP specification (https://mcap.dev/spec) with the message definitions
inside; any tool for MCAP opens them.  ``log_time`` is when a message was received, ``publish_time``
the time of its content.

**Privacy.**  A log says where people were, at what time, and what sensors found on them.  It has no
names and no images, and is personal data all the same.  It is not encrypted: files are readable by
their owner only, and the disk should be encrypted.  Decide on how long to keep it (``keep_days``)
before the first day of operation.
"""

from clearway.recording.channels import software_versions
from clearway.recording.events import (
    LogEvent,
    LogFailed,
    LogResumed,
    LogState,
    LogStatus,
    RecordsDropped,
    RetentionFailed,
    SegmentMended,
    SegmentOpened,
    SegmentsDeleted,
)
from clearway.recording.reader import LogReader
from clearway.recording.records import (
    Direction,
    Fact,
    FactValue,
    Flaw,
    LoggedMessage,
    LogStart,
    Record,
    Tick,
)
from clearway.recording.settings import LogSettings
from clearway.recording.writer import LogWriter

__all__ = [
    "Direction",
    "Fact",
    "FactValue",
    "Flaw",
    "LogEvent",
    "LogFailed",
    "LogReader",
    "LogResumed",
    "LogSettings",
    "LogStart",
    "LogState",
    "LogStatus",
    "LogWriter",
    "LoggedMessage",
    "Record",
    "RecordsDropped",
    "RetentionFailed",
    "SegmentMended",
    "SegmentOpened",
    "SegmentsDeleted",
    "Tick",
    "software_versions",
]
