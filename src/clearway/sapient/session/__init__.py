"""Who may say what when: both ends of a SAPIENT connection as machines without a socket.

Nothing here reads a clock, draws a random number or touches a connection.  Every method takes
the present as UTC nanoseconds and returns what is to be done: `Send`, `Close`, and what happened.
"""

from clearway.sapient.session.actions import (
    Accepted,
    Action,
    AlertAcknowledged,
    AlertReceived,
    Close,
    Connect,
    Connected,
    Disconnected,
    Displace,
    Ending,
    ErrorReceived,
    Lost,
    Refused,
    Registered,
    Rejected,
    Send,
    Spoofed,
    TaskEnd,
    TaskEnded,
    TaskReceived,
    Unwelcome,
)
from clearway.sapient.session.clock import ContentClock
from clearway.sapient.session.declared import DeclaredContent, status_interval_ns
from clearway.sapient.session.edge import EdgeSession
from clearway.sapient.session.edge_state import EdgeState
from clearway.sapient.session.envelope import UlidSource, content_time_ns, envelope, ulid_source
from clearway.sapient.session.fusion import FusionSession
from clearway.sapient.session.node import NodeRecord, NodeState, PeerCertificate
from clearway.sapient.session.outbox import Outbox
from clearway.sapient.session.rates import TokenBucket
from clearway.sapient.session.rules import SESSION_RULES
from clearway.sapient.session.settings import (
    EdgeSettings,
    FusionSettings,
    PeerSettings,
    TimeSettings,
)

__all__ = [
    "SESSION_RULES",
    "Accepted",
    "Action",
    "AlertAcknowledged",
    "AlertReceived",
    "Close",
    "Connect",
    "Connected",
    "ContentClock",
    "DeclaredContent",
    "Disconnected",
    "Displace",
    "EdgeSession",
    "EdgeSettings",
    "EdgeState",
    "Ending",
    "ErrorReceived",
    "FusionSession",
    "FusionSettings",
    "Lost",
    "NodeRecord",
    "NodeState",
    "Outbox",
    "PeerCertificate",
    "PeerSettings",
    "Refused",
    "Registered",
    "Rejected",
    "Send",
    "Spoofed",
    "TaskEnd",
    "TaskEnded",
    "TaskReceived",
    "TimeSettings",
    "TokenBucket",
    "UlidSource",
    "Unwelcome",
    "content_time_ns",
    "envelope",
    "status_interval_ns",
    "ulid_source",
]
