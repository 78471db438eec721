"""Who may do what.

One table for everything that a person can ask for, used by the life cycle itself as well as by
whatever serves it: a request that slips past the server's own check is still refused.

Duties are kept apart.  Who manages accounts decides no alarm; who audits changes nothing; a guard
sees the person of an alarm that the guard was called to, and nobody else.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What somebody is here for; each account has one."""

    VIEWER = "viewer"
    GUARD = "guard"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What can be allowed or refused."""

    SEE_PLAN = "see_plan"
    SEE_ALARMS = "see_alarms"
    SEE_SENSORS = "see_sensors"
    SEE_STATISTICS = "see_statistics"
    SEE_TASK = "see_task"
    """The one person of an alarm that one was called to."""
    REPLAY = "replay"
    DECIDE = "decide"
    """Acknowledge an alarm, take it over, hand it over, dismiss it, resolve it, call a guard."""
    OVERRULE = "overrule"
    """Take over an alarm that somebody else is dealing with."""
    ANSWER = "answer"
    """Receive a call to an alarm and answer it."""
    SHELVE = "shelve"
    DRILL = "drill"
    DAILY_CHECK = "daily_check"
    REQUEST_RELEASE = "request_release"
    APPROVE_RELEASE = "approve_release"
    READ_AUDIT = "read_audit"
    MANAGE_USERS = "manage_users"


_HELD_BY: dict[Permission, frozenset[Role]] = {
    Permission.SEE_PLAN: frozenset({Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR}),
    Permission.SEE_ALARMS: frozenset({Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR}),
    Permission.SEE_SENSORS: frozenset(
        {Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN}
    ),
    Permission.SEE_STATISTICS: frozenset(
        {Role.VIEWER, Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR}
    ),
    Permission.SEE_TASK: frozenset({Role.GUARD}),
    Permission.REPLAY: frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR}),
    Permission.DECIDE: frozenset({Role.OPERATOR, Role.SUPERVISOR}),
    Permission.OVERRULE: frozenset({Role.SUPERVISOR}),
    Permission.ANSWER: frozenset({Role.GUARD}),
    Permission.SHELVE: frozenset({Role.OPERATOR, Role.SUPERVISOR}),
    Permission.DRILL: frozenset({Role.SUPERVISOR}),
    Permission.DAILY_CHECK: frozenset({Role.OPERATOR, Role.SUPERVISOR}),
    Permission.REQUEST_RELEASE: frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR}),
    Permission.APPROVE_RELEASE: frozenset({Role.SUPERVISOR}),
    Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
    Permission.MANAGE_USERS: frozenset({Role.ADMIN}),
}


def permits(role: Role, permission: Permission) -> bool:
    """Whether a role may do this.

    Examples
    --------
    >>> permits(Role.OPERATOR, Permission.DECIDE), permits(Role.ADMIN, Permission.DECIDE)
    (True, False)
    """
    return role in _HELD_BY[permission]


class Actor(Struct, frozen=True):
    """A person who is signed in."""

    name: str
    """Of the account."""
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether this person may do that."""
        return permits(self.role, permission)
