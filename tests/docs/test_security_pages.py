"""What the page about the console's protection states is what the code does."""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from clearway import bridges, console
from clearway.accounts import invitations, names, one_time_codes, passwords, sessions, users
from clearway.alarms.roles import Permission, Role
from clearway.alarms.settings import LifeCycleSettings
from clearway.audit.record import ERASED, STARTED
from clearway.cli import users as cli_users
from clearway.cli.users import users_app
from clearway.console import app, conversation, server
from clearway.console.door import DoorSettings
from clearway.console.routes import account, values
from clearway.console.routes import invitations as enrolling
from clearway.console.security import fence, refusal_log
from clearway.console.security.rates import Rates
from clearway.control_room.record import MACHINE
from clearway.control_room.retention import ENFORCED, DataClass

DOCS = Path(__file__).parents[2] / "docs"
SECOND = 1_000_000_000


def _page(name: str) -> str:
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    return " ".join(text.split())


@pytest.fixture(scope="module")
def controls() -> str:
    return _page("security/controls")


def _states(page: str, *sentences: str) -> None:
    assert [one for one in sentences if one not in page] == []


def test_words_that_make_no_password_better_are_listed(controls: str) -> None:
    _states(controls, f"> {', '.join(passwords._CONTEXT)}")
    _states(controls, f"{passwords.SHORTEST} to {passwords._LONGEST} characters of any kind")
    assert passwords._GUESSES == 1e10
    _states(controls, "10¹⁰ guesses")


def test_bounds_of_guessing_are_those_of_the_code(controls: str) -> None:
    rates = Rates()
    first, longest = users._FIRST_LOCK_S, users._LONGEST_LOCK_S
    _states(
        controls,
        f"{users._FREE_FAILURES}, then a lock of {first:.0f} s, twice as long with each further "
        f"one, {longest:.0f} s at most",
        f"| {rates.attempt_burst} at once, {rates.attempts_per_min:.0f} a minute |",
        f"| {rates.sign_in_burst} at once, {rates.sign_ins_per_min:.0f} a minute |",
        f"| passwords looked at together | {account._AT_ONCE} |",
        f"for {one_time_codes.STEP_S} seconds (RFC 6238",
    )
    assert one_time_codes._TOLERANCE == 1


def test_sessions_end_when_the_page_says(controls: str) -> None:
    _states(
        controls,
        f"ends {sessions._IDLE_NS // SECOND // 60} minutes after its last use",
        f"and {sessions._LONGEST_NS // SECOND // 3600} hours after it began",
        f"at the latest after {conversation._LOOK_S:.0f} seconds",
        f"good once and for {invitations._GOOD_FOR_NS // SECOND // 3600} hours",
    )


def test_every_way_in_is_listed(controls: str) -> None:
    _states(controls, "| sign in |", "| invitation |", "| first administrator |", "| lost access |")
    lost = _page("how-to/lost-access")
    commands = get_command(users_app).commands  # type: ignore[attr-defined]
    assert "new-authenticator" in commands
    _states(lost, *(f"clearway users {name} log/site.sqlite" for name in commands))


def test_what_is_taken_in_is_bounded_as_the_page_says(controls: str) -> None:
    _states(
        controls,
        f"| {', '.join(f'`{method}`' for method in fence._METHODS)} |",
        f"| address and headers | {fence._LARGEST_HEAD // 1024} KiB |",
        f"| JSON alone, {app._LARGEST_BODY // 1024} KiB, not packed |",
        f"| message of a WebSocket | {server._LARGEST_MESSAGE // 1024} KiB |",
        f"| one line of 1 to {names._DISPLAY_LENGTH} printable characters |",
        f"shelf for longer than {LifeCycleSettings().shelve_at_most_s / 3600:.0f} hours",
    )
    assert names._NAME.pattern == "[a-z][a-z0-9._-]{1,31}"
    *others, last = (f"`{name}`" for name in sorted(names._RESERVED))
    _states(controls, f"a letter first; not {', '.join(others)} or {last},")
    assert values.MOST == 2**63 - 1
    assert "max_length=200" in repr(values.ShortText)
    assert "max_length=16" in repr(values.OneTimeCode)


def test_what_costs_much_is_bounded_as_the_page_says(controls: str) -> None:
    rates, door = Rates(), DoorSettings()
    _states(
        controls,
        f"{rates.check_burst} at once and {rates.checks_per_min:.0f} a minute for one person",
        f"{rates.request_burst} at once and {rates.requests_per_min:,.0f} a minute",
        f"| {door.connections}, of which {door.per_address} from one network address |",
        f"{door.patience_s:.0f} s for a request or an answer, {door.handshake_s:.0f} s for the",
        f"was not tried yet | memory | {enrolling._MOST_WAITING} |",
    )


def test_every_permission_and_role_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOCS)
    rows = import_module("roles_table").page().splitlines()
    assert rows[0] == f"| permission | {' | '.join(Role)} |"
    assert [row.split("`")[1] for row in rows[2:]] == list(Permission)
    (managing,) = (row for row in rows if "`manage_users`" in row)
    assert managing == "| `manage_users` |  |  |  |  |  | yes |"


def test_every_cipher_and_key_is_listed(controls: str) -> None:
    hasher = passwords._HASHER
    mebibytes = hasher.memory_cost // 1024
    _states(
        controls,
        f"argon2id, {mebibytes} MiB, {hasher.time_cost} passes",
        "AES-256-GCM",
        "Ed25519",
        "ECDSA on P-256, SHA-256",
        "HMAC-SHA-256 of the session's token",
        f"{8 * one_time_codes._SECRET_BYTES} bits, HMAC-SHA-1",
        "TLS 1.3",
    )


def test_every_bridge_is_a_connection_of_the_page(controls: str) -> None:
    called = {"mqtt": "MQTT", "tak": "Cursor on Target", "cap": "CAP"}
    modules = {module.name for module in pkgutil.iter_modules(bridges.__path__)}
    assert called.keys() <= modules
    _states(controls, *called.values(), "SAPIENT", "PostgreSQL", "WebSocket over TLS 1.3")


def test_every_class_of_data_is_listed(controls: str) -> None:
    _states(controls, *(f"`{one.value}`" for one in DataClass))


def test_the_log_of_refusals_is_as_the_page_says(controls: str) -> None:
    most, per_min = refusal_log._AT_ONCE, refusal_log._PER_MIN
    _states(controls, f"{most} at once and {per_min:.0f} a minute for one network address")


def _kinds() -> Iterator[str]:
    """Of audit records, as far as they stand in the source as such."""
    calls = {"add", "append", "record", "recording", "_recording", "_Record", "_record_unless_here"}
    sources = [*Path(console.__file__).parent.rglob("*.py"), Path(cli_users.__file__)]
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            said: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                said = node.args[:2] if name in calls else []
            elif isinstance(node, ast.IfExp):
                said = [node.body, node.orelse]
            for one in said:
                if isinstance(one, ast.Constant) and re.fullmatch(
                    "[a-z]+(-[a-z]+)+", str(one.value)
                ):
                    yield str(one.value)


def test_every_kind_of_record_is_listed() -> None:
    found = {*_kinds()}
    assert {"role-changed", "account-enabled", "alarms-shown", "password-replaced"} <= found
    page = _page("how-to/audit")
    _states(page, *(f"`{kind}`" for kind in {*found, ENFORCED, ERASED, STARTED}))
    assert {MACHINE, cli_users._TERMINAL} <= names._RESERVED


def test_terms_of_replacing_weak_libraries_are_stated() -> None:
    _states(_page("../SECURITY"), "within seven days", "within thirty otherwise")
