"""Many alarms at once: grouped for the eye, each still listed and still ringing.

A flood begins when more than the stated number of alarms have rung within the window, and takes
in every one that rings until fewer than the lower number have.  The group then stays until the
last of its members is resolved.  Grouping never acknowledges, shelves or drops an alarm.
"""

from __future__ import annotations

from collections.abc import Container

from msgspec import Struct, structs

from clearway.alarms.settings import LifeCycleSettings


class Group(Struct, frozen=True, kw_only=True):
    """Alarms that came together."""

    group_id: str
    since_ns: int
    members: tuple[str, ...]
    """Alarm ids, all of them in the queue."""
    ended_ns: int | None = None
    """When it stopped taking in more."""


class Flood(Struct, frozen=True, kw_only=True):
    """All groups, and how many there have been."""

    groups: tuple[Group, ...] = ()
    begun: int = 0

    def group_of(self, alarm_id: str) -> Group | None:
        """The group an alarm belongs to."""
        return next((group for group in self.groups if alarm_id in group.members), None)

    def after_rings(
        self,
        recent: tuple[str, ...],
        listed: Container[str],
        time_ns: int,
        settings: LifeCycleSettings,
    ) -> Flood:
        """The groups as they stand once these alarms have rung.

        Parameters
        ----------
        recent : tuple of str
            Alarms in the queue that have rung within the flood window, the oldest first.
        listed : container of str
            All alarms in the queue.
        time_ns : int
        settings : LifeCycleSettings
        """
        kept = [
            structs.replace(group, members=tuple(one for one in group.members if one in listed))
            for group in self.groups
        ]
        begun = self.begun
        grouped = {member for group in kept for member in group.members}
        loose = tuple(one for one in recent if one not in grouped)
        if kept and kept[-1].ended_ns is None:
            members = (*kept[-1].members, *loose)
            ended_ns = time_ns if len(recent) < settings.flood_ends_below else None
            kept[-1] = structs.replace(kept[-1], members=members, ended_ns=ended_ns)
        elif len(loose) > settings.flood_above:
            begun += 1
            kept.append(Group(group_id=str(begun), since_ns=time_ns, members=loose))
        standing = tuple(group for group in kept if group.members or group.ended_ns is None)
        return Flood(groups=standing, begun=begun)
