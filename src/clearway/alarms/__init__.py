"""Alarms: alerts together with what people do about them.

`step(desk, happened) -> (desk, outputs)` is all there is to the life of an alarm: no clock, no
socket, no database.  The server, the replay and the tests run the same rules.

==================  ============================================================
`report`            what the machine says of an alert, as people are shown it
`alarm`             an alert, and what people have done about it
`desk`              all alarms, the shelved sensors, who is present, the drill
`inputs`            what can happen
`outputs`           what is to be stored and told
`life_cycle`        `step`, and what holds whatever happens
`holding`           who must leave whom an alarm, and to whom it can be handed
`actions`           what somebody may do about an alarm right now
`flood`             many alarms at once, grouped and never hidden
`release`           two persons for every image; its records are in `release_records`
`load`              how much is asked of the operators (loads SciPy)
`roles`             who may do what
`settings`          how long to wait for whom
==================  ============================================================
"""

from clearway.alarms.actions import Action, allowed_actions
from clearway.alarms.alarm import (
    Acknowledgement,
    Alarm,
    Answer,
    DismissReason,
    GuardTask,
    Holder,
    Outcome,
    Resolution,
    Stage,
    Summons,
)
from clearway.alarms.desk import AlarmDesk, Drill, Shelf
from clearway.alarms.flood import Flood, Group
from clearway.alarms.inputs import (
    Acknowledge,
    Act,
    AlertTold,
    Delivered,
    Dismiss,
    Escalate,
    HandOver,
    Input,
    PeoplePresent,
    Read,
    Reply,
    Resolve,
    SetDrill,
    ShelveSensor,
    TakeOver,
    TimePassed,
    Unacknowledge,
    UnshelveSensor,
)
from clearway.alarms.life_cycle import step
from clearway.alarms.outputs import (
    AlarmChanged,
    AlarmFiled,
    Change,
    DrillChanged,
    GroupsChanged,
    GuardCalled,
    GuardStoodDown,
    Output,
    Refusal,
    Refused,
    ShelfChanged,
    SupervisorCalled,
)
from clearway.alarms.report import (
    AlertReport,
    CandidateShare,
    EvidenceLine,
    Grounds,
    Place,
    Severity,
)
from clearway.alarms.roles import Actor, Permission, Role, permits
from clearway.alarms.settings import LifeCycleSettings

__all__ = [
    "Acknowledge",
    "Acknowledgement",
    "Act",
    "Action",
    "Actor",
    "Alarm",
    "AlarmChanged",
    "AlarmDesk",
    "AlarmFiled",
    "AlertReport",
    "AlertTold",
    "Answer",
    "CandidateShare",
    "Change",
    "Delivered",
    "Dismiss",
    "DismissReason",
    "Drill",
    "DrillChanged",
    "Escalate",
    "EvidenceLine",
    "Flood",
    "Grounds",
    "Group",
    "GroupsChanged",
    "GuardCalled",
    "GuardStoodDown",
    "GuardTask",
    "HandOver",
    "Holder",
    "Input",
    "LifeCycleSettings",
    "Outcome",
    "Output",
    "PeoplePresent",
    "Permission",
    "Place",
    "Read",
    "Refusal",
    "Refused",
    "Reply",
    "Resolution",
    "Resolve",
    "Role",
    "SetDrill",
    "Severity",
    "Shelf",
    "ShelfChanged",
    "ShelveSensor",
    "Stage",
    "Summons",
    "SupervisorCalled",
    "TakeOver",
    "TimePassed",
    "Unacknowledge",
    "UnshelveSensor",
    "allowed_actions",
    "permits",
    "step",
]
