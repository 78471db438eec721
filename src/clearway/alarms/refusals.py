"""How a step ends with nothing done."""

from __future__ import annotations

from datetime import UTC, datetime

from clearway.alarms.outputs import Refusal, Refused
from clearway.alarms.roles import Actor, Permission
from clearway.domain import NANOSECONDS


class RefusedError(Exception):
    """Ends a step; the state stays as it was.  The parameters are those of `Refused`."""

    def __init__(
        self,
        why: Refusal,
        reason: str,
        remedy: str,
        *,
        time_ns: int,
        by: str | None = None,
        at_ns: int | None = None,
        alarm_id: str | None = None,
    ) -> None:
        self.refused = Refused(
            why=why,
            reason=reason,
            remedy=remedy,
            by=by,
            at_ns=at_ns,
            alarm_id=alarm_id,
            time_ns=time_ns,
        )
        super().__init__(reason)


def require(actor: Actor, permission: Permission, time_ns: int) -> None:
    """Refuse somebody who may not do this.

    Raises
    ------
    RefusedError
        The actor's role does not permit it.
    """
    if not actor.may(permission):
        raise RefusedError(
            Refusal.NOT_PERMITTED,
            f"{actor.name} is here as {actor.role.value} and may not do this",
            f"ask somebody who may '{permission.value}'",
            time_ns=time_ns,
        )


def clock(time_ns: int) -> str:
    """Time of day, for a sentence.

    Examples
    --------
    >>> clock(1_700_000_000_000_000_000)
    '22:13:20 UTC'
    """
    return f"{datetime.fromtimestamp(time_ns // NANOSECONDS, UTC):%H:%M:%S} UTC"
