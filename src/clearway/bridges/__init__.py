"""Bridges: what Clearway's fusion node says, told to other systems; one way, out only.

A bridge takes the SAPIENT messages that the fusion node publishes (fused persons, alerts, status
reports) and knows nothing else of Clearway.  Whatever happens to it or to the system at its other
end, `Bridge.offer` returns at once: see `clearway.bridges.outbox` for what is then dropped, and
what never is.  Each is optional and loads its libraries when its module is imported:

``clearway.bridges.mqtt``
    MQTT 5, for neighbouring systems (extra ``mqtt``)
``clearway.bridges.tak``
    Cursor on Target, for guards' phones (extra ``tak``); ``cursor_on_target`` has the events
``clearway.bridges.cap``
    Common Alerting Protocol 1.2 files, for a control room or the police (extra ``cap``)
"""

from clearway.bridges.bridge import Bridge, BridgeState, Link
from clearway.bridges.outbox import Outbox

__all__ = ["Bridge", "BridgeState", "Link", "Outbox"]
