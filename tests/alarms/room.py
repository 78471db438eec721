"""A control room for tests: a desk that remembers, and short words for what happens to it."""

from __future__ import annotations

from typing import TypeVar

from clearway.alarms import (
    Acknowledge,
    Actor,
    Alarm,
    AlarmChanged,
    AlarmDesk,
    AlertReport,
    AlertTold,
    Answer,
    Change,
    Delivered,
    Dismiss,
    DismissReason,
    Escalate,
    EvidenceLine,
    HandOver,
    Input,
    LifeCycleSettings,
    Outcome,
    Output,
    PeoplePresent,
    Read,
    Refused,
    Reply,
    Resolve,
    Role,
    ShelveSensor,
    TakeOver,
    TimePassed,
    Unacknowledge,
    step,
)
from clearway.domain import NANOSECONDS, AlertState, Closing, Modality, ThreatClass

ANA = Actor("ana", Role.OPERATOR)
BORIS = Actor("boris", Role.OPERATOR)
SANJA = Actor("sanja", Role.SUPERVISOR)
GORAN = Actor("goran", Role.GUARD)
GITA = Actor("gita", Role.GUARD)
GUS = Actor("gus", Role.GUARD)
PEOPLE = (ANA, BORIS, SANJA, GORAN, GITA, GUS)

START_NS = 1_700_000_000 * NANOSECONDS

CURTAIN = EvidenceLine(
    sensor="curtain_1",
    modality=Modality.CURTAIN,
    classes=(ThreatClass.LONG_GUN,),
    probability=0.9,
    looks=3,
    time_ns=START_NS,
)
TRACE = EvidenceLine(
    sensor="trace_1", modality=Modality.TRACE, substance="TNT", probability=0.8, time_ns=START_NS
)
CLEAR_TRACE = EvidenceLine(
    sensor="trace_1", modality=Modality.TRACE, probability=1e-5, time_ns=START_NS
)
SUSPECTING_TRACE = EvidenceLine(
    sensor="trace_1", modality=Modality.TRACE, probability=0.45, time_ns=START_NS
)

SomeOutput = TypeVar("SomeOutput", bound=Output)
Outputs = tuple[Output, ...]


class Room:
    """A desk with everybody present, its clock and all it has said."""

    def __init__(self, settings: LifeCycleSettings | None = None) -> None:
        self.desk = AlarmDesk(settings=settings or LifeCycleSettings())
        self.time_ns = START_NS
        self.said: list[Output] = []
        self.present(*PEOPLE)

    def do(self, happened: Input) -> Outputs:
        """Let it happen; what is said is returned and kept."""
        self.desk, outputs = step(self.desk, happened)
        self.said += outputs
        return outputs

    def present(self, *people: Actor) -> Outputs:
        """These are here from now on."""
        return self.do(PeoplePresent(people=people, time_ns=self.time_ns))

    def wait(self, wait_s: float) -> Outputs:
        """Let time pass in one go."""
        self.time_ns += round(wait_s * NANOSECONDS)
        return self.do(TimePassed(time_ns=self.time_ns))

    def tell(
        self,
        alarm_id: str = "A",
        *,
        state: AlertState = AlertState.UPDATED,
        because: Closing | None = None,
        into: str | None = None,
        probability: float = 0.9,
        evidence: tuple[EvidenceLine, ...] = (CURTAIN,),
    ) -> Outputs:
        """The machine tells of an alert, a millisecond after whatever was before."""
        self.time_ns += NANOSECONDS // 1000
        report = AlertReport(
            alert_id=alarm_id,
            time_ns=self.time_ns,
            opened_ns=START_NS,
            state=state,
            closed_because=because,
            merged_into=into,
            probability=probability,
            prior=1e-4,
            evidence=evidence,
        )
        return self.do(AlertTold(report=report, time_ns=self.time_ns))

    def close(
        self,
        alarm_id: str = "A",
        because: Closing | None = Closing.DEPARTED,
        into: str | None = None,
    ) -> Outputs:
        """The machine closes an alert as it last told it."""
        report = self.desk.alarms[alarm_id].report
        return self.tell(
            alarm_id,
            state=AlertState.CLOSED,
            because=because,
            into=into,
            probability=report.probability,
            evidence=report.evidence,
        )

    def merge(self, alarm_id: str, into: str) -> Outputs:
        """The machine has found that two alerts are about the same person."""
        return self.close(alarm_id, Closing.MERGED, into)

    def acknowledge(
        self, alarm_id: str = "A", actor: Actor = ANA, seen: int | None = None
    ) -> Outputs:
        return self.do(Acknowledge(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, seen=seen))

    def unacknowledge(self, alarm_id: str = "A", actor: Actor = ANA) -> Outputs:
        return self.do(Unacknowledge(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns))

    def take_over(
        self, alarm_id: str = "A", actor: Actor = ANA, seen: int | None = None
    ) -> Outputs:
        return self.do(TakeOver(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, seen=seen))

    def hand_over(
        self, to: str, alarm_id: str = "A", actor: Actor = ANA, seen: int | None = None
    ) -> Outputs:
        return self.do(
            HandOver(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, to=to, seen=seen)
        )

    def escalate(
        self,
        guard: str | None = None,
        alarm_id: str = "A",
        actor: Actor = ANA,
        seen: int | None = None,
    ) -> Outputs:
        return self.do(
            Escalate(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, guard=guard, seen=seen)
        )

    def dismiss(
        self,
        alarm_id: str = "A",
        actor: Actor = ANA,
        reason: DismissReason = DismissReason.HARMLESS_OBJECT,
        text: str = "",
        seen: int | None = None,
    ) -> Outputs:
        return self.do(
            Dismiss(
                alarm_id=alarm_id,
                actor=actor,
                time_ns=self.time_ns,
                reason=reason,
                text=text,
                seen=seen,
            )
        )

    def resolve(
        self,
        outcome: Outcome = Outcome.NOTHING,
        alarm_id: str = "A",
        actor: Actor = ANA,
        seen: int | None = None,
    ) -> Outputs:
        return self.do(
            Resolve(
                alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, outcome=outcome, seen=seen
            )
        )

    def delivered(self, actor: Actor = GORAN, alarm_id: str = "A") -> Outputs:
        return self.do(Delivered(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns))

    def read(self, actor: Actor = GORAN, alarm_id: str = "A") -> Outputs:
        return self.do(Read(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns))

    def reply(
        self, answer: Answer, actor: Actor = GORAN, alarm_id: str = "A", text: str = ""
    ) -> Outputs:
        return self.do(
            Reply(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, answer=answer, text=text)
        )

    def shelve(
        self,
        hours: float = 1.0,
        actor: Actor = ANA,
        sensor: str = "curtain_1",
        reason: str = "rain on the antenna",
    ) -> Outputs:
        return self.do(
            ShelveSensor(
                actor=actor,
                sensor=sensor,
                until_ns=self.time_ns + round(hours * 3600 * NANOSECONDS),
                reason=reason,
                time_ns=self.time_ns,
            )
        )

    def alarm(self, alarm_id: str = "A") -> Alarm:
        """The alarm as it is."""
        return self.desk.alarms[alarm_id]


def only(kind: type[SomeOutput], outputs: Outputs) -> SomeOutput:
    """The one output of this kind."""
    (one,) = [output for output in outputs if isinstance(output, kind)]
    return one


def refused(outputs: Outputs) -> Refused:
    """The refusal, which must be all that was said."""
    assert len(outputs) == 1, outputs
    return only(Refused, outputs)


def changes(outputs: Outputs) -> list[tuple[str, Change]]:
    """What was said of which alarm, in this order."""
    return [(one.alarm.alarm_id, one.what) for one in outputs if isinstance(one, AlarmChanged)]
