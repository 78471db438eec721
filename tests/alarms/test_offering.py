"""What is offered is what would be accepted: each act is tried, however the alarm stands."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from clearway.alarms import (
    Acknowledge,
    Acknowledgement,
    Action,
    Actor,
    Alarm,
    AlarmDesk,
    AlertReport,
    Answer,
    Delivered,
    Dismiss,
    DismissReason,
    Escalate,
    Flood,
    Grounds,
    GuardTask,
    HandOver,
    Holder,
    Outcome,
    Permission,
    Read,
    Refused,
    Reply,
    Resolution,
    Resolve,
    Role,
    Summons,
    TakeOver,
    Unacknowledge,
    allowed_actions,
    step,
)
from clearway.alarms.inputs import AlarmAct
from clearway.domain import NANOSECONDS, AlertState
from tests.alarms.room import CURTAIN, PEOPLE, START_NS

ANYBODY = (*PEOPLE, Actor("vera", Role.VIEWER), Actor("adam", Role.ADMIN))
NOW_NS = START_NS + 1000 * NANOSECONDS


def accepted(desk: AlarmDesk, alarm_id: str, actor: Actor, time_ns: int) -> tuple[Action, ...]:
    """The acts that change something, each tried on a desk that has this alarm alone."""
    alone = structs.replace(desk, alarms={alarm_id: desk.alarms[alarm_id]}, flood=Flood())
    allowed = []
    for action, act in acts(desk, alarm_id, actor, time_ns).items():
        _, outputs = step(alone, act)
        if outputs and not isinstance(outputs[0], Refused):
            allowed.append(action)
    return tuple(allowed)


def acts(desk: AlarmDesk, alarm_id: str, actor: Actor, time_ns: int) -> dict[Action, AlarmAct]:
    false = DismissReason.FALSE_ALARM
    nothing = Outcome.NOTHING
    help_ = Answer.NEED_HELP  # never taken for a repetition
    to = colleague(desk, actor)
    return {
        Action.ACKNOWLEDGE: Acknowledge(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.UNACKNOWLEDGE: Unacknowledge(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.TAKE_OVER: TakeOver(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.HAND_OVER: HandOver(alarm_id=alarm_id, actor=actor, time_ns=time_ns, to=to),
        Action.DISMISS: Dismiss(alarm_id=alarm_id, actor=actor, time_ns=time_ns, reason=false),
        Action.ESCALATE: Escalate(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.RESOLVE: Resolve(alarm_id=alarm_id, actor=actor, time_ns=time_ns, outcome=nothing),
        Action.DELIVERED: Delivered(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.READ: Read(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.ANSWER: Reply(alarm_id=alarm_id, actor=actor, time_ns=time_ns, answer=help_),
    }


def colleague(desk: AlarmDesk, actor: Actor) -> str:
    """Somebody else who is present and may decide; the actor if there is nobody, who is refused."""
    return next(
        (
            person.name
            for person in desk.people
            if person.may(Permission.DECIDE) and person.name != actor.name
        ),
        actor.name,
    )


def since() -> st.SearchStrategy[int]:
    """Times at and around the limits after which people give way."""
    return st.sampled_from([0.0, 2.9, 3.0, 119.9, 120.0, 500.0]).map(
        lambda ago_s: NOW_NS - round(ago_s * NANOSECONDS)
    )


@st.composite
def holders(draw: st.DrawFn) -> tuple[Holder, ...]:
    names = st.lists(st.sampled_from(["ana", "boris", "sanja"]), unique=True, max_size=2)
    maybe = st.none() | since()
    return tuple(Holder(one, draw(since()), draw(maybe), draw(maybe)) for one in draw(names))


@st.composite
def tasks(draw: st.DrawFn) -> tuple[GuardTask, ...]:
    names = st.lists(st.sampled_from(["goran", "gita", "gus"]), unique=True, max_size=3)
    maybe = st.none() | since()
    return tuple(
        GuardTask(
            guard=one,
            why=Summons.SENT,
            by="ana",
            sent_ns=START_NS,
            delivered_ns=draw(maybe),
            read_ns=draw(maybe),
            answer=draw(st.none() | st.sampled_from(Answer)),
            stood_down_ns=draw(st.none() | st.none() | since()),
        )
        for one in draw(names)
    )


def alarms() -> st.SearchStrategy[Alarm]:
    resolutions = st.builds(
        Resolution, outcome=st.sampled_from(Outcome), by=st.just("ana"), at_ns=st.just(NOW_NS)
    )
    reports = st.builds(
        AlertReport,
        alert_id=st.just("A"),
        time_ns=st.just(START_NS),
        opened_ns=st.just(START_NS),
        state=st.sampled_from(AlertState),
        probability=st.just(0.9),
        prior=st.just(1e-4),
        evidence=st.just((CURTAIN,)),
    )
    return st.builds(
        Alarm,
        report=reports,
        number=st.just(1),
        listed_ns=st.just(START_NS),
        drill=st.booleans(),
        shelved=st.booleans(),
        known=st.just(Grounds((), 0.9)),
        acknowledged=st.none()
        | st.builds(Acknowledgement, by=st.sampled_from(["ana", "sanja"]), at_ns=since()),
        holders=holders(),
        guards=tasks(),
        resolution=st.none() | st.none() | st.none() | resolutions,
    )


@settings(max_examples=400)
@given(alarms(), st.lists(st.sampled_from(PEOPLE), unique=True))
def test_what_is_offered_is_what_would_be_accepted(alarm: Alarm, people: list[Actor]) -> None:
    desk = AlarmDesk(alarms={"A": alarm}, people=tuple(people))
    for actor in ANYBODY:
        offered = allowed_actions(desk, "A", actor, NOW_NS)
        assert offered == accepted(desk, "A", actor, NOW_NS)
