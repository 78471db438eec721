"""The state of the control room's alarms."""

from __future__ import annotations

from msgspec import Struct

from clearway.alarms.alarm import Alarm
from clearway.alarms.flood import Flood
from clearway.alarms.roles import Actor, Role
from clearway.alarms.settings import LifeCycleSettings


class Shelf(Struct, frozen=True, kw_only=True):
    """A sensor that calls nobody by itself for a while."""

    sensor: str
    since_ns: int
    until_ns: int
    by: str
    reason: str


class Drill(Struct, frozen=True, kw_only=True):
    """A drill that is on: every alarm that opens meanwhile is marked."""

    by: str
    since_ns: int


class AlarmDesk(Struct, frozen=True, kw_only=True):
    """All alarms that people still deal with, and what else decides whether they ring.

    Never changed in place: `life_cycle.step` returns the next one.  It is plain data, so it can
    be stored, sent and compared.
    """

    settings: LifeCycleSettings = LifeCycleSettings()
    alarms: dict[str, Alarm] = {}
    """By alarm id, in the order of their coming; the resolved ones stay for a short while."""
    shelves: dict[str, Shelf] = {}
    """By sensor."""
    people: tuple[Actor, ...] = ()
    """Who is present."""
    drill: Drill | None = None
    flood: Flood = Flood()
    last_number: int = 0

    @property
    def queue(self) -> tuple[Alarm, ...]:
        """The alarms that are not resolved, in the order of their coming."""
        return tuple(alarm for alarm in self.alarms.values() if alarm.listed)

    @property
    def guards(self) -> tuple[str, ...]:
        """Names of the guards who are present, in the order of their coming."""
        return tuple(person.name for person in self.people if person.role is Role.GUARD)

    def present(self, name: str) -> Actor | None:
        """Somebody who is present, by name."""
        return next((person for person in self.people if person.name == name), None)
