"""Lets alarms come and decides them until it is stopped; a test runs this file.

Prints what was acknowledged: alarm, what was done, and the stage that it is in since.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from itertools import count

from clearway.alarms import (
    Acknowledge,
    Act,
    Actor,
    Dismiss,
    DismissReason,
    Role,
    TakeOver,
)
from clearway.audit import AuditLog
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.record import AlarmRecord
from clearway.control_room.room import ControlRoom
from clearway.errors import OutputError
from clearway.store.database import open_database
from tests.control_room.alerts import alert_told

ANA = Actor("ana", Role.OPERATOR)


def acts(alarm_id: str) -> tuple[Act, ...]:
    return (
        Acknowledge(time_ns=0, actor=ANA, alarm_id=alarm_id, seen=1),
        TakeOver(time_ns=0, actor=ANA, alarm_id=alarm_id, seen=1),
        Dismiss(time_ns=0, actor=ANA, alarm_id=alarm_id, seen=1, reason=DismissReason.FALSE_ALARM),
    )


async def act_on(place: str, limit_bytes: int) -> None:
    database = open_database(place)
    record = AlarmRecord(database, AuditLog(database, "hall", "0.1.0"))
    room = ControlRoom(record, time.time_ns, numbers=PersonNumbers(database))
    if limit_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
    for number in count(len(room.desk.alarms)):
        alarm_id = f"alarm {number}"
        room.observe(alert_told(alarm_id))
        for act in acts(alarm_id):
            try:
                await room.act(act)
            except OutputError:
                print(f"{alarm_id}|refused|{room.desk.alarms[alarm_id].stage}", flush=True)  # noqa: T201
                return
            done = type(act).__name__
            print(f"{alarm_id}|{done}|{room.desk.alarms[alarm_id].stage}", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(act_on(sys.argv[1], int(sys.argv[2])))
