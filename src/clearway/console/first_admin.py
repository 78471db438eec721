"""How the first administrator gets in: by a link that only the terminal shows."""

from __future__ import annotations

from clearway.alarms.roles import Role
from clearway.console.context import ConsoleContext

__all__ = ["first_admin_link", "invitation_link"]


def first_admin_link(context: ConsoleContext, address: str) -> str | None:
    """A one-time link to become the administrator; an earlier one ends.

    Parameters
    ----------
    context : ConsoleContext
    address : str
        Of the server, such as ``https://station.example:8443``.

    Returns
    -------
    str or None
        To be shown in the terminal and nowhere else; None where there is an administrator already.

    Raises
    ------
    OutputError
        The database cannot be written.
    """
    if context.users.has_admin():
        return None
    whom = {"role": Role.ADMIN.value}
    record = context.recording("user-invited", "terminal", "first administrator", whom)
    token = context.invitations.invite(Role.ADMIN, now_ns=context.clock_ns(), record=record)
    return invitation_link(address, token)


def invitation_link(address: str, token: str) -> str:
    """Where an invitation is taken.

    The token stands behind a ``#``: browsers keep that part to themselves, so that it is in no log
    and in no header.

    Examples
    --------
    >>> invitation_link("http://127.0.0.1:8000", "abc")
    'http://127.0.0.1:8000/enrol#abc'
    """
    return f"{address}/enrol#{token}"
