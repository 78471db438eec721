"""Whatever happens in whatever order: nobody leaves the queue without a logged resolution."""

from __future__ import annotations

import pickle
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clearway.alarms import (
    Acknowledge,
    Actor,
    Alarm,
    AlarmChanged,
    AlarmDesk,
    AlarmFiled,
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
    Permission,
    Read,
    Refused,
    Reply,
    Resolve,
    Role,
    SetDrill,
    ShelveSensor,
    TakeOver,
    TimePassed,
    Unacknowledge,
    UnshelveSensor,
    step,
)
from clearway.alarms.alarm import JUDGED
from clearway.domain import NANOSECONDS, AlertState, Closing
from tests.alarms.room import (
    ANA,
    BORIS,
    CLEAR_TRACE,
    CURTAIN,
    GITA,
    GORAN,
    PEOPLE,
    SANJA,
    START_NS,
    SUSPECTING_TRACE,
    TRACE,
)

ALARMS = st.sampled_from("ABCD")
OPERATORS = st.sampled_from([ANA, BORIS, SANJA])
GUARDS = st.sampled_from([GORAN, GITA])
ANYBODY = st.sampled_from([ANA, BORIS, SANJA] * 3 + [GORAN, Actor("adam", Role.ADMIN)])
EVIDENCE: st.SearchStrategy[tuple[EvidenceLine, ...]] = st.sampled_from(
    [
        (),
        (CURTAIN,),
        (CURTAIN, CLEAR_TRACE),
        (CURTAIN, SUSPECTING_TRACE),
        (CURTAIN, TRACE),
        (TRACE,),
    ]
)
# Small, so that numbers go round, alarms are filed and floods come and go within a few steps.
SETTINGS = LifeCycleSettings(
    highest_number=4,
    keep_resolved_s=60.0,
    flood_above=2,
    flood_ends_below=2,
    flood_window_s=30.0,
    drill_at_most_s=300.0,
)


class Life(RuleBasedStateMachine):
    """Everything that can happen, and a store that only ever hears what the desk says."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = AlarmDesk(settings=SETTINGS)
        self.time_ns = START_NS
        self.inputs: list[Input] = []
        self.outputs: list[tuple[Output, ...]] = []
        self.store: dict[str, Alarm] = {}
        self.speakers: dict[str, set[str]] = {}
        self.do(PeoplePresent(people=PEOPLE, time_ns=START_NS))

    def do(self, happened: Input) -> None:
        before = self.desk
        self.desk, outputs = step(before, happened)
        self.inputs.append(happened)
        self.outputs.append(outputs)
        if any(isinstance(output, Refused) for output in outputs):
            assert self.desk is before
            assert len(outputs) == 1
        if not outputs and not isinstance(happened, PeoplePresent):
            assert self.desk is before
        for output in outputs:
            if isinstance(output, AlarmChanged):
                self.check_change(self.store.get(output.alarm.alarm_id), output)
                self.store[output.alarm.alarm_id] = output.alarm
                report = output.alarm.report
                self.speakers.setdefault(report.alert_id, set()).update(report.speakers)
            elif isinstance(output, AlarmFiled):
                assert self.store.pop(output.alarm_id).resolution is not None
                del self.speakers[output.alarm_id]

    def check_change(self, before: Alarm | None, changed: AlarmChanged) -> None:
        now = changed.alarm
        if before is None:
            assert changed.what is Change.OPENED
            return
        assert (now.number, now.listed_ns) == (before.number, before.listed_ns)
        assert now.version >= before.version
        assert now.rings - before.rings == (now.ringing and not before.ringing)
        if before.drill and not now.drill:
            assert changed.what in {
                Change.JOINED,
                Change.REOPENED,
                Change.EVIDENCE_ADDED,
                Change.ANSWERED,
            }
        assert not (now.drill and not before.drill)
        if before.listed and not now.listed:
            assert changed.what is Change.RESOLVED
        if not before.listed and now.listed:
            assert changed.what is Change.REOPENED

    @rule(
        alarm_id=ALARMS,
        state=st.sampled_from([AlertState.UPDATED, *AlertState]),
        because=st.sampled_from([*Closing, None]),
        into=ALARMS,
        probability=st.sampled_from([0.2, 0.9, 0.95, 0.999]),
        evidence=EVIDENCE,
        age_ms=st.sampled_from([0, 0, 0, 1, 5000]),
    )
    def tell(
        self,
        alarm_id: str,
        state: AlertState,
        because: Closing | None,
        into: str,
        probability: float,
        evidence: tuple[EvidenceLine, ...],
        age_ms: int,
    ) -> None:
        closed = state is AlertState.CLOSED
        self.time_ns += NANOSECONDS // 1000
        report = AlertReport(
            alert_id=alarm_id,
            time_ns=self.time_ns - age_ms * NANOSECONDS // 1000,
            opened_ns=START_NS,
            state=state,
            closed_because=because if closed else None,
            merged_into=into if closed and because is Closing.MERGED else None,
            probability=probability,
            prior=1e-4,
            evidence=evidence,
        )
        self.do(AlertTold(report=report, time_ns=self.time_ns))

    @rule(wait_s=st.sampled_from([0.0, 1.0, 5.0, 15.0, 31.0, 61.0, 121.0, 1800.0]))
    def wait(self, wait_s: float) -> None:
        self.time_ns += round(wait_s * NANOSECONDS)
        self.do(TimePassed(time_ns=self.time_ns))

    @rule(away=st.sampled_from([None, None, *PEOPLE]))
    def come_and_go(self, away: Actor | None) -> None:
        people = tuple(person for person in PEOPLE if person is not away)
        self.do(PeoplePresent(people=people, time_ns=self.time_ns))

    @precondition(lambda self: self.desk.alarms)
    @rule(
        kind=st.sampled_from([Acknowledge, TakeOver, Escalate]),
        alarm_id=ALARMS,
        actor=ANYBODY,
        seen=st.sampled_from([None, None, 1, 2]),
    )
    def act(self, kind: Any, alarm_id: str, actor: Actor, seen: int | None) -> None:
        rung = self.desk.alarms.get(alarm_id)
        self.do(kind(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, seen=seen))
        if rung is not None and rung.ringing and seen not in {None, rung.version}:
            assert self.desk.alarms[alarm_id].ringing

    @precondition(lambda self: self.desk.alarms)
    @rule(alarm_id=ALARMS, actor=ANYBODY)
    def unacknowledge(self, alarm_id: str, actor: Actor) -> None:
        self.do(Unacknowledge(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns))

    @precondition(lambda self: self.desk.alarms)
    @rule(alarm_id=ALARMS, actor=OPERATORS, guard=GUARDS)
    def send(self, alarm_id: str, actor: Actor, guard: Actor) -> None:
        self.do(Escalate(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, guard=guard.name))

    @precondition(lambda self: self.desk.alarms)
    @rule(alarm_id=ALARMS, actor=OPERATORS, to=st.sampled_from(PEOPLE))
    def hand_over(self, alarm_id: str, actor: Actor, to: Actor) -> None:
        self.do(HandOver(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, to=to.name))

    @precondition(lambda self: self.desk.alarms)
    @rule(
        alarm_id=ALARMS,
        actor=ANYBODY,
        reason=st.sampled_from(DismissReason),
        seen=st.sampled_from([None, None, 1]),
    )
    def dismiss(self, alarm_id: str, actor: Actor, reason: DismissReason, seen: int | None) -> None:
        self.do(
            Dismiss(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, reason=reason, seen=seen)
        )

    @precondition(lambda self: self.desk.alarms)
    @rule(alarm_id=ALARMS, actor=ANYBODY, outcome=st.sampled_from(Outcome))
    def resolve(self, alarm_id: str, actor: Actor, outcome: Outcome) -> None:
        self.do(Resolve(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, outcome=outcome))

    @precondition(lambda self: self.desk.alarms)
    @rule(kind=st.sampled_from([Delivered, Read]), alarm_id=ALARMS, actor=GUARDS)
    def receive(self, kind: Any, alarm_id: str, actor: Actor) -> None:
        self.do(kind(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns))

    @precondition(lambda self: self.desk.alarms)
    @rule(
        alarm_id=ALARMS,
        actor=GUARDS,
        answer=st.sampled_from(Answer),
    )
    def reply(self, alarm_id: str, actor: Actor, answer: Answer) -> None:
        self.do(Reply(alarm_id=alarm_id, actor=actor, time_ns=self.time_ns, answer=answer))

    @rule(
        actor=ANYBODY,
        sensor=st.sampled_from(["curtain_1", "trace_1"]),
        hours=st.sampled_from([0.01, 1.0, 9.0]),
        reason=st.sampled_from(["rain", ""]),
    )
    def shelve(self, actor: Actor, sensor: str, hours: float, reason: str) -> None:
        self.do(
            ShelveSensor(
                actor=actor,
                sensor=sensor,
                until_ns=self.time_ns + round(hours * 3600 * NANOSECONDS),
                reason=reason,
                time_ns=self.time_ns,
            )
        )

    @rule(actor=ANYBODY, sensor=st.sampled_from(["curtain_1", "trace_1"]))
    def unshelve(self, actor: Actor, sensor: str) -> None:
        self.do(UnshelveSensor(actor=actor, sensor=sensor, time_ns=self.time_ns))

    @rule(actor=ANYBODY, on=st.booleans())
    def drill(self, actor: Actor, *, on: bool) -> None:
        self.do(SetDrill(actor=actor, on=on, time_ns=self.time_ns))

    @invariant()
    def nothing_happens_that_is_not_told(self) -> None:
        assert self.store == self.desk.alarms

    @invariant()
    def live_alarms_are_in_the_queue_unless_people_have_judged_them(self) -> None:
        for alarm in self.desk.alarms.values():
            if alarm.live and alarm.resolution is not None:
                assert alarm.resolution.outcome in JUDGED
                assert alarm.resolution.by in {"ana", "boris", "sanja"}

    @invariant()
    def an_alarm_that_was_merged_goes_on(self) -> None:
        for alarm in self.desk.alarms.values():
            if alarm.resolution is not None and alarm.resolution.outcome is Outcome.MERGED:
                assert alarm.resolution.merged_into != alarm.alarm_id
                assert alarm.guards == ()

    @invariant()
    def ended_and_acknowledged_alarms_are_gone_unless_somebody_deals_with_them(self) -> None:
        for alarm in self.desk.queue:
            assert alarm.live or alarm.acknowledged is None or alarm.attended

    @invariant()
    def who_deals_with_an_alarm_has_seen_it_and_may(self) -> None:
        may = {person.name for person in PEOPLE if person.may(Permission.DECIDE)}
        for alarm in self.desk.alarms.values():
            names = [holder.name for holder in alarm.holders]
            assert len(set(names)) == len(names)
            assert set(names) <= may
            if names:
                assert alarm.acknowledged is not None
                assert alarm.listed

    @invariant()
    def a_guard_has_one_task_per_alarm_and_none_that_is_over(self) -> None:
        for alarm in self.desk.alarms.values():
            guards = [task.guard for task in alarm.guards]
            assert len(set(guards)) == len(guards)
            assert alarm.listed or not alarm.underway

    @invariant()
    def what_rings_is_listed_and_has_a_time(self) -> None:
        for alarm in self.desk.alarms.values():
            if alarm.ringing:
                assert alarm.listed
                assert not alarm.shelved
                assert alarm.rung_ns is not None
                assert alarm.first_rung_ns is not None

    @invariant()
    def nothing_is_silent_for_which_a_sensor_has_ever_spoken_that_is_not_shelved(self) -> None:
        for alarm in self.desk.alarms.values():
            speakers = self.speakers[alarm.alarm_id]
            assert alarm.report.speakers <= set(alarm.speakers)
            assert speakers <= set(alarm.speakers)
            if alarm.listed:
                assert alarm.shelved is (set(alarm.speakers) <= self.desk.shelves.keys())

    @invariant()
    def numbers_are_unique_and_groups_hold_what_is_listed(self) -> None:
        numbers = [alarm.number for alarm in self.desk.alarms.values()]
        assert len(set(numbers)) == len(numbers)
        members = [one for group in self.desk.flood.groups for one in group.members]
        assert len(set(members)) == len(members)
        assert set(members) <= {alarm.alarm_id for alarm in self.desk.queue}

    def teardown(self) -> None:
        """The same inputs, read back from the wire, lead to the same state by the same outputs."""
        desk = AlarmDesk(settings=SETTINGS)
        for happened, outputs in zip(self.inputs, self.outputs, strict=True):
            read = msgspec.json.decode(msgspec.json.encode(happened), type=Input)
            desk, again = step(desk, read)
            assert again == outputs
            written = msgspec.json.encode(outputs)
            assert msgspec.json.decode(written, type=tuple[Output, ...]) == outputs
        assert desk == self.desk
        assert msgspec.json.decode(msgspec.json.encode(desk), type=AlarmDesk) == desk
        assert pickle.loads(pickle.dumps(desk)) == desk  # noqa: S301


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=50)
