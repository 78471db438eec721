"""A log through the fusion node again: what it made of it live, at the pace of the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path

from clearway.recording import (
    Direction,
    Fact,
    Flaw,
    LoggedMessage,
    LogReader,
    LogStart,
    Record,
    Tick,
)
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import AlertTold, MessageUnused, Output
from clearway.site.reading import site_from_text

RESUMED = "resumed"
"""Fact of a service that went on where the last one was, instead of starting afresh."""
ENGINE_RESTARTED = "engine_restarted"
"""Fact behind the input at which the engine failed: a fresh one was put in its place."""

CLOCK_JUMPED = "clock_jumped"
"""Fact between two inputs: nobody was followed for so long that a fresh engine goes on."""

_NOTHING_BEFORE = "the run before it, which the service went on with, is not in this log"


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
    """Alerts that were ended after a restart, because nobody followed their people any more."""
    failures: int = 0
    """How often the engine failed live and was started afresh."""
    flaws: list[Flaw] = field(default_factory=list)
    """Where the log is not whole."""

    @property
    def same_as_live(self) -> bool:
        """Whether the replay told the very alerts that were told live."""
        return self.alerts == self.live_alerts


def outputs_of(
    reader: LogReader, resume: tuple[FusionNode, int] | None = None
) -> Iterator[tuple[FusionNode, LoggedMessage | Tick | Fact | Flaw, list[Output]]]:
    """Drive fusion nodes with a log.

    An input at which the engine failed live is left out: nothing was told of it, and a fresh node
    goes on behind it.

    Parameters
    ----------
    reader : LogReader
    resume : (FusionNode, int), optional
        A node as it was after its input at that time; what the log holds up to then is left out.
        Without it a node begins where a session does.

    Yields
    ------
    (FusionNode, record, list of Output)
        After each message, tick, fact and flaw; outputs only for ticks and for messages that were
        received.

    Raises
    ------
    InputError
        The log cannot be read, or the site file in it cannot be used.
    """
    node, after_ns = resume or (None, 0)
    nodes = _Nodes(reader.paths[0], node, after_ns)
    records: Iterator[Record | None] = chain(reader, [None])
    for record, following in pairwise(records):
        match record:
            case LogStart():
                yield from nodes.begin(record)
            case LoggedMessage() | Tick() | Fact() | Flaw() if nodes.is_new(record):
                failed = isinstance(following, Fact) and following.kind == ENGINE_RESTARTED
                outputs = [] if failed else nodes.take(record)
                if nodes.node is not None:
                    yield nodes.node, record, outputs
            case _:
                pass


class _Nodes:
    """The node that works at each place of a log."""

    def __init__(self, path: Path, node: FusionNode | None, after_ns: int) -> None:
        self.node = node
        self._earlier = node
        self._after_ns = after_ns
        self._path = path

    def begin(self, start: LogStart) -> Iterator[tuple[FusionNode, Flaw, list[Output]]]:
        """A session begins, with a fresh node until the log says otherwise."""
        if start.started_ns <= self._after_ns:
            return
        self._earlier, self.node = self.node, FusionNode(site_from_text(start.site, self._path))
        if start.records_before:
            problem = f"begins in mid-session: {start.records_before} records before it are missing"
            yield self.node, Flaw(self._path, 0, problem), []

    def is_new(self, record: LoggedMessage | Tick | Fact | Flaw) -> bool:
        """Whether the node has not been given it before the replay."""
        match record:
            case LoggedMessage():
                return record.logged_ns > self._after_ns
            case Tick():
                return record.clock_ns > self._after_ns
            case Fact():
                return record.at_ns > self._after_ns
            case Flaw():
                return True

    def take(self, record: LoggedMessage | Tick | Fact | Flaw) -> list[Output]:
        """Do what was done live."""
        node = self.node
        if node is None:
            return []
        match record:
            case LoggedMessage() if record.direction is Direction.RECEIVED:
                return node.receive(SapientMessage.FromString(record.payload), record.logged_ns)
            case Tick():
                return node.tick(record.clock_ns)
            case Fact() if record.kind == RESUMED:
                self.node = self._earlier or node
            case Fact() if record.kind in {ENGINE_RESTARTED, CLOCK_JUMPED}:
                self.node = node.afresh()
            case _:
                pass
        return []


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
    reader = LogReader(path)
    comparison = _Comparison(reader.paths[0])
    for node, record, outputs in outputs_of(reader):
        comparison.recorded(node, record)
        for output in outputs:
            comparison.replayed(node, output)
        if isinstance(record, Tick):
            on_time(record.clock_ns)
    return comparison.result


class _Comparison:
    """Gathers what was told live and what a replay tells."""

    def __init__(self, path: Path) -> None:
        self.result = ReplayedLog()
        self._path = path
        self._node: FusionNode | None = None
        self._told_by: dict[str, FusionNode] = {}

    def recorded(self, node: FusionNode, record: LoggedMessage | Tick | Fact | Flaw) -> None:
        """Take note of a record and of the node that works from there on."""
        result = self.result
        match record:
            case LoggedMessage() if record.direction is Direction.RECEIVED:
                result.messages += 1
            case LoggedMessage() if record.content == "alert":
                self._told_live(node, SapientMessage.FromString(record.payload))
            case Fact() if record.kind == ENGINE_RESTARTED:
                result.failures += 1
            case Fact() if record.kind == RESUMED and node is not self._node:
                result.flaws.append(Flaw(self._path, 0, _NOTHING_BEFORE))
            case Flaw():
                result.flaws.append(record)
            case _:
                pass
        self._node = node

    def replayed(self, node: FusionNode, output: Output) -> None:
        """Take note of what the node tells now."""
        if isinstance(output, AlertTold):
            self._told_by[output.alert_id] = node
            self.result.alerts.append(output.message)
        elif isinstance(output, MessageUnused):
            self.result.unused += 1

    def _told_live(self, node: FusionNode, message: SapientMessage) -> None:
        ended = message.alert.status == Alert.ALERT_STATUS_CLEAR
        if ended and self._told_by.get(message.alert.alert_id) is not node:
            self.result.orphans += 1  # the service's own doing: no node tells of it
        else:
            self.result.live_alerts.append(message)
