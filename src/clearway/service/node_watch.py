"""The nodes as an operator should know of them: who is there, who is well, who makes trouble."""

from __future__ import annotations

from collections.abc import Callable

from clearway.profile import sensor_node_id
from clearway.recording import FactValue, LogWriter
from clearway.sapient.bindings import SapientMessage, StatusReport, content_of
from clearway.sapient.server import (
    MessageRefused,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    PeerThrottled,
    Refusal,
)
from clearway.service.notices import Notices, first_reason
from clearway.service.outputs import NoticeLevel
from clearway.site.schema import Site


class NodeWatch:
    """Tells an operator, and the log, of the nodes themselves.

    Parameters
    ----------
    site : Site
    log : LogWriter
    notices : Notices
    acknowledge : callable
        Answers a node's own alert, given its node id and the alert's (BSI Flex 335 v2.0, 6.6).
    """

    def __init__(
        self,
        site: Site,
        log: LogWriter,
        notices: Notices,
        acknowledge: Callable[[str, str], object],
    ) -> None:
        self._sensors = {sensor_node_id(site, sensor): sensor.id for sensor in site.sensors}
        self._log = log
        self._notices = notices
        self._acknowledge = acknowledge
        self._present: set[str] = set()
        self._systems: dict[str, StatusReport.System] = {}
        """How each sensor of the site says that it is."""

    @property
    def faults(self) -> tuple[str, ...]:
        """The sensors of the site that are not connected, in words."""
        absent = [name for node_id, name in self._sensors.items() if node_id not in self._present]
        return (f"not connected: {', '.join(absent)}",) if absent else ()

    def come(self, node_id: str, event: NodeRegistered) -> None:
        """A node has registered."""
        name = self._notices.name(node_id)
        self._log.fact("node_registered", event.now_ns, {"node": node_id, "name": name})
        if node_id in self._present:
            self._notices.now_and_then(node_id, "registers once more")
        else:
            self._notices.tell(f"{name} {'is back' if event.resumed else 'has registered'}")
        self._present.add(node_id)
        self._notices.warn(node_id, event.findings)

    def gone(self, event: NodeLost) -> None:
        """A node takes part no longer."""
        self._present.discard(event.node_id.lower())
        name, why = self._notices.name(event.node_id), event.reason.value
        details: dict[str, FactValue] = {"node": event.node_id, "name": name, "why": why}
        self._log.fact("node_lost", event.now_ns, details)
        self._notices.tell(f"{name} is gone ({why})", NoticeLevel.WARNING)

    def listen(self, node_id: str, message: SapientMessage) -> None:
        """Tell what a node says of itself."""
        match content_of(message):
            case "alert":
                self._notices.now_and_then(node_id, f"raises an alert: {message.alert.description}")
                self._acknowledge(node_id, message.alert.alert_id)
            case "error":
                self._notices.now_and_then(
                    node_id, f"finds fault: {'; '.join(message.error.error_message)}"
                )
            case "status_report":
                self._listen_to_status(node_id, message.status_report)
            case _:
                pass

    def trouble(self, event: MessageRefused | PeerRefused | PeerThrottled) -> None:
        """A peer does what it should not."""
        # Without its port, which is another with every attempt.
        address = event.peer.rpartition(":")[0]
        who = event.node_id or address
        match event:
            case MessageRefused():
                what = f"refused: {first_reason(event.findings)}"
            case PeerRefused():
                what = f"{event.reason.value}: {event.detail}"
                if event.reason is Refusal.SPOOFING:
                    # The node that it claims to be has done nothing.
                    who = address
            case _:
                what = "sends too much; slowed down"
        if self._notices.now_and_then(who, what):
            self._log.fact(
                "trouble", event.now_ns, {"peer": event.peer, "node": event.node_id, "what": what}
            )

    def _listen_to_status(self, node_id: str, report: StatusReport) -> None:
        before = self._systems.get(node_id, StatusReport.SYSTEM_OK)
        now = report.system or StatusReport.SYSTEM_OK
        if node_id not in self._sensors or now in {before, StatusReport.SYSTEM_GOODBYE}:
            return
        self._systems[node_id] = now
        state = StatusReport.System.Name(now).removeprefix("SYSTEM_").lower()
        reasons = "; ".join(one.status_value for one in report.status if one.status_value)
        self._notices.now_and_then(
            node_id, f"reports {state}" + (f": {reasons}" if reasons else "")
        )
