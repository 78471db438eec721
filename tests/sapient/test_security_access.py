"""The list of nodes that are let in, and from where connections without TLS are."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.errors import ArgumentError, InputError
from clearway.sapient.security import AllowList, permits_plain

FUSION = "6f582b41-6c88-481c-bb0f-6021a1739f57"
CAMERA = "a8654cdf-4328-47de-81fa-c495589e30c9"


def test_who_is_let_in() -> None:
    everybody = AllowList(None)
    assert everybody.permits(CAMERA)
    assert not everybody.permits(None)
    one = AllowList(frozenset({CAMERA.upper()}))
    assert one.permits(CAMERA)
    assert one.permits(CAMERA.upper())
    assert not one.permits(FUSION)
    assert not AllowList(frozenset()).permits(CAMERA)
    with pytest.raises(ArgumentError, match="no UUID"):
        AllowList(frozenset({"camera"}))


def test_a_faulty_list_says_all_lines(tmp_path: Path) -> None:
    path = tmp_path / "allowed.txt"
    path.write_text(f"\ufeff# nodes\n{CAMERA}  # gate\ncamera-2\n\n  {FUSION} note\n* \n")
    with pytest.raises(InputError) as error:
        AllowList.read(path)
    assert [fault.line for fault in error.value.faults] == [3, 6]
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not text in UTF-8"):
        AllowList.read(path)
    with pytest.raises(InputError, match="no such file"):
        AllowList.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("host", "networks", "permitted"),
    [
        ("127.0.0.1", (), True),
        ("127.8.9.1", (), True),
        ("::1", (), True),
        ("::ffff:127.0.0.1", (), True),
        ("localhost", (), False),
        ("0.0.0.0", (), False),  # noqa: S104
        ("10.1.2.3", (), False),
        ("10.1.2.3", ("192.168.0.0/16", "10.1.2.0/24"), True),
        ("::ffff:10.1.2.3", ("10.1.2.0/24",), True),
        ("10.1.3.3", ("10.1.2.0/24",), False),
        ("fe80::1%eth0", ("fe80::/10",), True),
        ("fe80::1", ("10.0.0.0/8",), False),
        ("", ("0.0.0.0/0",), False),
    ],
)
def test_plain_connections(host: str, networks: tuple[str, ...], permitted: bool) -> None:
    assert permits_plain(host, networks) is permitted
