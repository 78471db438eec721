"""Writes the table of who may do what from the one that the console and the alarms obey."""

from __future__ import annotations

from clearway.alarms.roles import Permission, Role, permits


def page() -> str:
    """Give the Markdown of the table: permissions down, roles across."""
    rows = [
        ["permission", *(role.value for role in Role)],
        ["---"] * (len(Role) + 1),
        *(
            [f"`{one.value}`", *("yes" if permits(role, one) else "" for role in Role)]
            for one in Permission
        ),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
