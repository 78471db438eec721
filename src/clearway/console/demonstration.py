"""Ways into a demonstration: links that sign in whoever has them, on this machine only.

The people of a demonstration are simulated, and nobody should need an authenticator to see them.
A station that runs for real has none of this: its addresses are not there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from clearway.accounts.tokens import new_token
from clearway.alarms.roles import Role
from clearway.console.context import ConsoleContext

__all__ = ["PEOPLE", "demonstration_links"]

PEOPLE: Final = {
    "operator": ("Ana", Role.OPERATOR),
    "supervisor": ("Sanja", Role.SUPERVISOR),
    "guard": ("Goran", Role.GUARD),
    "auditor": ("Vera", Role.AUDITOR),
}
"""Who takes part, by account."""


def demonstration_links(
    context: ConsoleContext,
    address: str,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> dict[str, str]:
    """Make accounts and a link for each.

    Parameters
    ----------
    context : ConsoleContext
        Of a demonstration; it takes note of the links.
    address : str
        Of the server.
    random_bytes : callable
        For tokens and passwords, which nobody gets to know.

    Returns
    -------
    dict
        Links by account; each is good for as long as the server runs.

    Raises
    ------
    OutputError
        The database cannot be written.
    """
    links = {}
    for name, (display, role) in PEOPLE.items():
        password = new_token(random_bytes)
        record = context.recording("account-created", "terminal", name, {"role": role.value})
        now_ns = context.clock_ns()
        context.users.add(name, display, role, password, now_ns=now_ns, record=record)
        token = new_token(random_bytes)
        context.demonstration[token] = name
        links[name] = f"{address}/enter#{token}"
    return links
