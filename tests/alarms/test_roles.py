"""Who may do what, written out a second time and by role."""

from __future__ import annotations

import pytest
from msgspec import structs

from clearway.alarms import LifeCycleSettings, Permission, Role, permits
from clearway.errors import ArgumentError

WATCHING = {"see_plan", "see_alarms", "see_sensors", "see_statistics"}
OPERATING = WATCHING | {"replay", "decide", "shelve", "daily_check", "request_release"}
MAY: dict[Role, set[str]] = {
    Role.VIEWER: WATCHING,
    Role.GUARD: {"see_task", "answer"},
    Role.OPERATOR: OPERATING,
    Role.SUPERVISOR: OPERATING | {"overrule", "drill", "approve_release"},
    Role.AUDITOR: (WATCHING - {"see_plan"}) | {"replay", "request_release", "read_audit"},
    Role.ADMIN: {"see_sensors", "manage_users"},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_this_and_nothing_else(role: Role) -> None:
    assert {permission.value for permission in Permission if permits(role, permission)} == MAY[role]


@pytest.mark.parametrize("name", LifeCycleSettings.__struct_fields__)
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_every_setting_is_positive(name: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=name):
        structs.replace(LifeCycleSettings(), **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("reopen_odds_ratio", 1.0), ("delivered_within_s", 15.1), ("flood_ends_below", 11)],
)
def test_settings_do_not_contradict_each_other(name: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=name):
        structs.replace(LifeCycleSettings(), **{name: value})
