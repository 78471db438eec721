"""Every alarm that ever was, with all that became of it, beside the audit log of who did what.

A change of an alarm and the audit record of it are one transaction: neither is there without the
other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from clearway.alarms import (
    Alarm,
    AlarmChanged,
    AlarmDesk,
    AlarmFiled,
    Change,
    DrillChanged,
    LifeCycleSettings,
    Output,
    ShelfChanged,
)
from clearway.audit import AuditLog
from clearway.control_room.tables import ALARM_TABLES, ALARMS, CHANGES, DESK
from clearway.errors import Fault, InputError
from clearway.store.database import Database

MACHINE: Final = "clearway"
"""Who did what nobody in person has done."""

_NO_NEWS: Final = frozenset({Change.UPDATED})
"""Changes of the machine's figures that call for nothing: kept, and not in the audit log."""
_ONLY_ROW: Final = 1
_AT_ONCE: Final = 200


class AlarmRecord:
    """The alarms of a site.

    Parameters
    ----------
    database : Database
        Its tables are made where they are not there yet.
    audit : AuditLog
        Of the same database.

    Raises
    ------
    OutputError
        The database cannot be written.
    """

    def __init__(self, database: Database, audit: AuditLog) -> None:
        database.create(*ALARM_TABLES)
        self._database = database
        self._audit = audit

    def desk(self, settings: LifeCycleSettings) -> AlarmDesk:
        """The desk as it was left, with nobody present.

        Raises
        ------
        InputError
            The database is damaged.
        """
        on_desk = select(ALARMS.c.state).where(ALARMS.c.filed_ns.is_(None))
        with self._reading() as connection:
            known = connection.execute(select(DESK.c.state)).scalar_one_or_none()
            states = connection.execute(on_desk.order_by(ALARMS.c.listed_ns)).scalars()
            alarms = {alarm.alarm_id: alarm for alarm in map(_alarm, states)}
            left = AlarmDesk() if known is None else msgspec.json.decode(known, type=AlarmDesk)
        return structs.replace(left, settings=settings, alarms=alarms)

    def keep(self, desk: AlarmDesk, outputs: Sequence[Output]) -> None:
        """Write what has happened; all of it is on the disk when this returns.

        Parameters
        ----------
        desk : AlarmDesk
            As it is after that.
        outputs : sequence of Output

        Raises
        ------
        OutputError
            The disk is full or gone; nothing of it was written.
        """
        with self._database.begin() as connection:
            for output in outputs:
                self._keep_one(connection, output)
            _put(connection, DESK, DESK.c.id, _ONLY_ROW, {"state": _without_alarms(desk)})

    def alarm(self, alarm_id: str) -> Alarm | None:
        """An alarm as it is now, also if it has left the desk."""
        query = select(ALARMS.c.state).where(ALARMS.c.alarm_id == alarm_id)
        with self._reading() as connection:
            state = connection.execute(query).scalar_one_or_none()
        return None if state is None else _alarm(state)

    def changes(self, alarm_id: str) -> tuple[AlarmChanged, ...]:
        """All that became of an alarm, in order."""
        query = select(CHANGES).where(CHANGES.c.alarm_id == alarm_id).order_by(CHANGES.c.number)
        with self._reading() as connection:
            return tuple(map(_change, connection.execute(query)))

    def opened_between(self, start_ns: int, end_ns: int) -> tuple[Alarm, ...]:
        """Alarms that came into the queue in that time, as they are now, oldest first.

        Parameters
        ----------
        start_ns, end_ns : int
            Half-open: ``start_ns`` belongs to it, ``end_ns`` does not.
        """
        within = and_(ALARMS.c.listed_ns >= start_ns, ALARMS.c.listed_ns < end_ns)
        query = select(ALARMS.c.state).where(within).order_by(ALARMS.c.listed_ns)
        with self._reading() as connection:
            return tuple(map(_alarm, connection.execute(query).scalars()))

    def as_of(self, time_ns: int) -> tuple[Alarm, ...]:
        """The alarms that were on the desk at a time, as they were then."""
        present = and_(
            ALARMS.c.listed_ns <= time_ns,
            or_(ALARMS.c.filed_ns.is_(None), ALARMS.c.filed_ns > time_ns),
        )
        last = (
            select(func.max(CHANGES.c.number))
            .join(ALARMS, ALARMS.c.alarm_id == CHANGES.c.alarm_id)
            .where(present, CHANGES.c.time_ns <= time_ns)
            .group_by(CHANGES.c.alarm_id)
        )
        query = select(CHANGES.c.state).where(CHANGES.c.number.in_(last))
        with self._reading() as connection:
            then = [_alarm(state) for state in connection.execute(query).scalars()]
        return tuple(sorted(then, key=lambda alarm: alarm.listed_ns))

    def between(self, start_ns: int, end_ns: int) -> Iterator[AlarmChanged]:
        """All changes of all alarms in that time, in order.

        Parameters
        ----------
        start_ns, end_ns : int
            Half-open: ``start_ns`` belongs to it, ``end_ns`` does not.
        """
        within = and_(CHANGES.c.time_ns >= start_ns, CHANGES.c.time_ns < end_ns)
        last = 0
        while True:
            # In steps: nobody who writes waits for somebody who reads on.
            query = (
                select(CHANGES)
                .where(within, CHANGES.c.number > last)
                .order_by(CHANGES.c.number)
                .limit(_AT_ONCE)
            )
            with self._reading() as connection:
                rows = connection.execute(query).all()
            yield from map(_change, rows)
            if len(rows) < _AT_ONCE:
                return
            last = rows[-1].number

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.read() as connection:
                yield connection
        except (msgspec.DecodeError, ValueError) as error:
            fault = Fault(f"an alarm in it cannot be read ({error})", "put a backup in its place")
            raise InputError(self._database.name, fault) from error

    def _keep_one(self, connection: Connection, output: Output) -> None:
        match output:
            case AlarmChanged(alarm=alarm, what=what):
                state = _text(alarm)
                row = {
                    "alarm_id": alarm.alarm_id,
                    "time_ns": output.time_ns,
                    "what": what.value,
                    "by": output.by,
                    "text": output.text,
                    "state": state,
                }
                connection.execute(insert(CHANGES), row)
                resolved_ns = None if alarm.resolution is None else alarm.resolution.at_ns
                now = {"resolved_ns": resolved_ns, "filed_ns": None, "state": state}
                first = {"listed_ns": alarm.listed_ns}
                _put(connection, ALARMS, ALARMS.c.alarm_id, alarm.alarm_id, now, first)
                if what not in _NO_NEWS:
                    # With all that was shown: who decided must be able to prove on what.
                    shown = {"number": alarm.number, "text": output.text, "alarm": alarm}
                    kind = f"alarm-{_dashed(what)}"
                    self._audited(connection, output, kind, alarm.alarm_id, shown)
            case AlarmFiled(alarm_id=alarm_id):
                filed = update(ALARMS).where(ALARMS.c.alarm_id == alarm_id)
                connection.execute(filed.values(filed_ns=output.time_ns))
            case ShelfChanged(shelf=shelf):
                kind = "sensor-unshelved" if shelf is None else "sensor-shelved"
                self._audited(connection, output, kind, output.sensor, shelf)
            case DrillChanged(drill=drill):
                kind = "drill-ended" if drill is None else "drill-begun"
                self._audited(connection, output, kind, "drill", drill)
            case _:
                pass

    def _audited(
        self,
        connection: Connection,
        output: AlarmChanged | ShelfChanged | DrillChanged,
        kind: str,
        subject: str,
        payload: object,
    ) -> None:
        actor = output.by or MACHINE
        self._audit.add(connection, kind, actor, subject, payload, time_ns=output.time_ns)


def _put(
    connection: Connection,
    table: Any,
    key: Any,
    value: object,
    row: dict[str, Any],
    first: dict[str, Any] | None = None,
) -> None:
    """Change a row, or make it, then with what never changes.

    Writers come one after the other, so nothing comes between.
    """
    changed = connection.execute(update(table).where(key == value).values(row))
    if not changed.rowcount:
        connection.execute(insert(table), row | (first or {}) | {key.name: value})


def _change(row: Row[Any]) -> AlarmChanged:
    return AlarmChanged(
        alarm=_alarm(row.state),
        what=Change(row.what),
        by=row.by,
        time_ns=row.time_ns,
        text=row.text,
    )


def _alarm(state: str) -> Alarm:
    return msgspec.json.decode(state, type=Alarm)


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _without_alarms(desk: AlarmDesk) -> str:
    return _text(structs.replace(desk, alarms={}, people=()))


def _dashed(what: Change) -> str:
    return what.value.replace("_", "-")
