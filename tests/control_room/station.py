"""A control room with a clock of its own, and what its subscribers are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import structs

from clearway.alarms import Actor, AlarmDesk, AlertReport, EvidenceLine, Output, Role
from clearway.audit import AuditLog
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.record import AlarmRecord
from clearway.control_room.room import ControlRoom
from clearway.domain import NANOSECONDS, AlertState, Closing, Modality, ThreatClass, TrackPicture
from clearway.service.alert_desk import Answer
from clearway.service.outputs import Notice
from clearway.store.database import Database

START_NS = 1_700_000_000 * NANOSECONDS
ANA = Actor("ana", Role.OPERATOR)
SANJA = Actor("sanja", Role.SUPERVISOR)
GORAN = Actor("goran", Role.GUARD)
RIFLE = EvidenceLine(
    sensor="curtain_1",
    modality=Modality.CURTAIN,
    classes=(ThreatClass.LONG_GUN,),
    probability=0.9,
    looks=3,
    time_ns=START_NS,
)


@dataclass
class Told:
    """A subscriber that remembers."""

    pictures: list[TrackPicture] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def picture(self, picture: TrackPicture) -> None:
        self.pictures.append(picture)

    def told(self, outputs: Sequence[Output]) -> None:
        self.outputs += outputs

    def notice(self, notice: Notice) -> None:
        self.notices.append(notice)


@dataclass
class Station:
    """A room, the database below it and the network beside it."""

    database: Database
    now_ns: int = START_NS
    answers: list[tuple[str, Answer, str]] = field(default_factory=list)
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.audit = AuditLog(self.database, "hall", "0.1.0")
        self.record = AlarmRecord(self.database, self.audit)
        self.room = self.opened()

    def opened(self) -> ControlRoom:
        """A room on this database, as after a start."""
        numbers = PersonNumbers(self.database)
        return ControlRoom(self.record, self.clock, numbers=numbers, answer=self._answer)

    def clock(self) -> int:
        """Later each time it is asked."""
        self.now_ns += 1000
        return self.now_ns

    def kinds(self) -> list[tuple[str, str]]:
        """What the audit log says was done, and by whom."""
        return [(one.kind, one.actor) for one in self.audit.records(2)]

    def _answer(self, alert_id: str, answer: Answer, why: str) -> None:
        self.answers.append((alert_id, answer, why))


def report(
    alert_id: str = "A",
    time_ns: int = START_NS,
    *,
    state: AlertState = AlertState.OPEN,
    because: Closing | None = None,
    probability: float = 0.9,
) -> AlertReport:
    return AlertReport(
        alert_id=alert_id,
        time_ns=time_ns,
        opened_ns=START_NS,
        state=state,
        closed_because=because,
        probability=probability,
        prior=1e-4,
        evidence=(RIFLE,),
    )


def without_people(desk: AlarmDesk) -> AlarmDesk:
    """A desk as a restart finds it."""
    return structs.replace(desk, people=())
