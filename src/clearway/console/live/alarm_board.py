"""Alarms as messages, each made once for all who are shown the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from clearway.alarms import Action, Actor, Alarm, AlarmDesk, Flood, Group, Permission, Place
from clearway.alarms.holding import GivingWay, giving_way
from clearway.console.alarm_shapes import AlarmView
from clearway.console.alarm_view import actions_of, alarm_view, may_follow, without_person
from clearway.console.live.messages import AlarmTold, text_of
from clearway.control_room.room import ControlRoom

__all__ = ["AlarmBoard", "Shown"]

_Roster: TypeAlias = tuple[frozenset[str], frozenset[str]]


class Shown(NamedTuple):
    """All on which it depends how somebody is shown an alarm; what is alike looks alike."""

    alarm: Alarm
    group: str | None
    place: Place | None
    """Where the most probable candidate was seen last, if nobody sees them now: otherwise it
    changes all the time, and the plan shows it."""
    actions: tuple[Action, ...]
    with_person: bool


@dataclass(slots=True)
class _Entry:
    """An alarm as long as it does not change."""

    alarm: Alarm
    group: str | None
    place: Place | None
    giving_way: GivingWay | None = None
    """As of the last look around."""
    actions: dict[Actor, tuple[Action, ...]] = field(default_factory=dict)
    views: dict[tuple[tuple[Action, ...], bool], AlarmView] = field(default_factory=dict)
    texts: dict[tuple[tuple[Action, ...], bool], str] = field(default_factory=dict)


class AlarmBoard:
    """The alarms on the desk, for people of all roles.

    Parameters
    ----------
    room : ControlRoom
    """

    def __init__(self, room: ControlRoom) -> None:
        self.displays: dict[str, str] = {}
        """How people are shown to others, by the name of the account."""
        self._room = room
        self._entries: dict[str, _Entry] = {}
        self._flood = Flood()
        self._group_of: dict[str, str] = {}
        self._roster = _roster(room.desk)

    @property
    def alarm_ids(self) -> tuple[str, ...]:
        """Of all that are on the desk, in the order of their coming."""
        return tuple(self._room.desk.alarms)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Alarms that came together."""
        return self._room.desk.flood.groups

    def shown(self, alarm_id: str, actor: Actor) -> Shown | None:
        """What somebody is shown of an alarm now; None where it has left the desk."""
        alarm = self._room.desk.alarms.get(alarm_id)
        if alarm is None:
            return None
        entry = self._entry(alarm)
        actions = entry.actions.get(actor)
        if actions is None:
            actions = entry.actions[actor] = actions_of(alarm, self._room, actor)
        return Shown(alarm, entry.group, entry.place, actions, may_follow(alarm, actor))

    def view(self, shown: Shown) -> AlarmView:
        """An alarm as it is shown."""
        entry = self._entry(shown.alarm)
        known = entry.views.get(shown[-2:])
        if known is None:
            known = alarm_view(
                shown.alarm,
                self.displays,
                place=self._room.last_seen(shown.alarm),
                group=shown.group,
                actions=shown.actions,
            )
            known = known if shown.with_person else without_person(known)
            entry.views[shown[-2:]] = known
        return known

    def text(self, shown: Shown) -> str:
        """The same as a message."""
        entry = self._entry(shown.alarm)
        known = entry.texts.get(shown[-2:])
        if known is None:
            known = entry.texts[shown[-2:]] = text_of(AlarmTold(alarm=self.view(shown)))
        return known

    def look_around(self) -> set[str]:
        """Alarms that may have to be shown in another way, though nothing was told of them.

        To be asked about once a second: who may do what changes as people come and go, and as
        those who deal with an alarm fall silent.
        """
        desk, time_ns = self._room.desk, self._room.clock()
        alarms = desk.alarms
        for gone in self._entries.keys() - alarms.keys():
            del self._entries[gone]
        roster = _roster(desk)
        is_new = roster != self._roster
        self._roster = roster
        again = set()
        for alarm_id, alarm in alarms.items():
            known = self._entries.get(alarm_id)
            entry = self._entry(alarm)
            # Of all that people may do, time alone changes only who has to give way to whom.
            now = giving_way(alarm, desk.settings, time_ns) if alarm.holders else None
            if is_new or now != entry.giving_way:
                entry.giving_way = now
                entry.actions.clear()
                again.add(alarm_id)
            elif entry is not known:
                again.add(alarm_id)
        return again

    def _entry(self, alarm: Alarm) -> _Entry:
        self._note_groups()
        group = self._group_of.get(alarm.alarm_id)
        place = self._out_of_sight(alarm)
        entry = self._entries.get(alarm.alarm_id)
        if (
            entry is None
            or entry.alarm is not alarm
            or entry.group != group
            or entry.place != place
        ):
            entry = self._entries[alarm.alarm_id] = _Entry(alarm, group, place)
        return entry

    def _note_groups(self) -> None:
        flood = self._room.desk.flood
        if flood is not self._flood:
            self._flood = flood
            self._group_of = {
                member: group.group_id for group in flood.groups for member in group.members
            }

    def _out_of_sight(self, alarm: Alarm) -> Place | None:
        place, picture = self._room.last_seen(alarm), self._room.picture
        in_sight = place is not None and picture is not None and place.time_ns == picture.time_ns
        return None if in_sight else place


def _roster(desk: AlarmDesk) -> _Roster:
    """On whom it depends who may do what."""
    deciding = frozenset(one.name for one in desk.people if one.may(Permission.DECIDE))
    return deciding, frozenset(desk.guards)
