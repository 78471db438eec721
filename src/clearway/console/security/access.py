"""Who may use an operation: said once, where the operation is declared.

A handler without it does not start, so that nothing is open by oversight.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from clearway.accounts import Session
from clearway.alarms.roles import Permission, Role, permits
from clearway.console.security.problems import Refusal

__all__ = ["OPEN", "SIGNED_IN", "Access", "access_of", "authorise", "needs"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use an operation."""

    signed_in: bool
    """Whether one has to be."""
    permissions: frozenset[Permission] = frozenset()
    """Of which the role must have one; none for everybody."""

    def permits(self, role: Role) -> bool:
        """Whether somebody of this role may use it."""
        return not self.permissions or any(permits(role, one) for one in self.permissions)

    @property
    def roles(self) -> tuple[Role, ...]:
        """All that may use it."""
        return tuple(role for role in Role if self.permits(role))


OPEN: Final = Access(signed_in=False)
"""Anybody, for there is no session yet."""
SIGNED_IN: Final = Access(signed_in=True)
"""Everybody who is signed in, whatever their role."""


def needs(*permissions: Permission) -> Access:
    """Who has one of these permissions.

    Examples
    --------
    >>> [role.value for role in needs(Permission.MANAGE_USERS).roles]
    ['admin']
    """
    return Access(signed_in=True, permissions=frozenset(permissions))


def access_of(handler: BaseRouteHandler) -> Access:
    """What a handler's declaration says.

    Raises
    ------
    TypeError
        It says nothing, which is a defect.
    """
    access = handler.opt.get("access")
    if not isinstance(access, Access):
        raise TypeError(f"{handler} does not say who may use it")
    return access


def authorise(
    connection: ASGIConnection[Any, Session, str, Any], handler: BaseRouteHandler
) -> None:
    """Refuse whoever's role may not use an operation; a guard of the whole application.

    Raises
    ------
    Refusal
    """
    access = access_of(handler)
    if access.signed_in and not access.permits(connection.user.role):
        who, where = connection.user, connection.scope["path"]
        _LOG.warning("%s (%s) may not use %s", who.user_name, who.role.value, where)
        raise Refusal(
            403,
            "not-permitted",
            "Your role does not permit this.",
            f"Ask somebody who is {' or '.join(role.value for role in access.roles)}.",
        )
