"""A log through the fusion node again: what it made of it live, at the pace of the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clearway.recording import Direction, Fact, Flaw, LoggedMessage, LogReader, LogStart, Tick
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import AlertTold, MessageUnused, Output
from clearway.site.reading import site_from_text
from clearway.site.schema import Site

RESUMED = "resumed"
"""Fact of a service that went on where the last one was, instead of starting afresh."""


@dataclass(slots=True)
class ReplayedLog:
    """What a replay gave, beside what the log says was told live."""

    messages: int = 0
    """Messages of sensors in the log."""
    unused: int = 0
    """Those that the engine could not use."""
    alerts: list[SapientMessage] = field(default_factory=list)
    """Every change of an alert, in order."""
    live_alerts: list[SapientMessage] = field(default_factory=list)
    """Those that the live service sent, without the ends of orphans."""
    orphans: int = 0
    """Alerts that a restarted service ended because nobody followed their people any more."""
    flaws: list[Flaw] = field(default_factory=list)
    """Where the log is not whole."""

    @property
    def same_as_live(self) -> bool:
        """Whether the replay told the very alerts that were told live."""
        return self.alerts == self.live_alerts


def outputs_of(
    reader: LogReader, resume: tuple[FusionNode, int] | None = None
) -> Iterator[tuple[FusionNode, LoggedMessage | Tick | Flaw, list[Output]]]:
    """Drive fusion nodes with a log.

    Parameters
    ----------
    reader : LogReader
    resume : (FusionNode, int), optional
        A node as it was after its input at that time; what the log holds up to then is left out.
        Without it a node begins where a session does.

    Yields
    ------
    (FusionNode, record, list of Output)
        After each message, tick and flaw; no outputs for messages that were sent, and for flaws.

    Raises
    ------
    InputError
        The log cannot be read, or the site file in it cannot be used.
    """
    node, after_ns = (None, 0) if resume is None else resume
    earlier = node
    for record in reader:
        match record:
            case LogStart():
                if resume is None or record.started_ns > after_ns:
                    earlier, node = node, FusionNode(_site_of(record, reader.paths[0]))
            case Fact():
                if record.kind == RESUMED and earlier is not None:
                    node = earlier
            case LoggedMessage() if node is not None and record.logged_ns > after_ns:
                received = record.direction is Direction.RECEIVED
                message = SapientMessage.FromString(record.payload) if received else None
                outputs = [] if message is None else node.receive(message, record.logged_ns)
                yield node, record, outputs
            case Tick() if node is not None and record.clock_ns > after_ns:
                yield node, record, node.tick(record.clock_ns)
            case Flaw() if node is not None:
                yield node, record, []
            case _:
                pass


def replay_log(path: Path, on_time: Callable[[int], None] = lambda _: None) -> ReplayedLog:
    """Replay a log from its beginning.

    Parameters
    ----------
    path : Path
        A log's folder, or one of its files that begins a session.
    on_time : callable
        Is told the log's time now and then.

    Returns
    -------
    ReplayedLog

    Raises
    ------
    InputError
        The log cannot be read, or the site file in it cannot be used.
    """
    result = ReplayedLog()
    told_by: dict[str, FusionNode] = {}
    for node, record, outputs in outputs_of(LogReader(path)):
        match record:
            case LoggedMessage() if record.direction is Direction.RECEIVED:
                result.messages += 1
            case LoggedMessage() if record.content == "alert":
                message = SapientMessage.FromString(record.payload)
                ended = message.alert.status == Alert.ALERT_STATUS_CLEAR
                if ended and told_by.get(message.alert.alert_id) is not node:
                    result.orphans += 1  # the service's own doing: no node tells of it
                else:
                    result.live_alerts.append(message)
            case Tick():
                on_time(record.clock_ns)
            case Flaw():
                result.flaws.append(record)
            case _:
                pass
        for output in outputs:
            if isinstance(output, AlertTold):
                told_by[output.alert_id] = node
                result.alerts.append(output.message)
            elif isinstance(output, MessageUnused):
                result.unused += 1
    return result


def _site_of(start: LogStart, path: Path) -> Site:
    return site_from_text(start.site, path)
