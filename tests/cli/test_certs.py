"""``clearway certs`` from the outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from clearway.cli.certs import certs_app
from clearway.errors import ArgumentError, InputError
from clearway.sapient.security import AllowList, credentials_of, renew, server_context

CAMERA = "a8654cdf-4328-47de-81fa-c495589e30c9"


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


def call(*arguments: str) -> str:
    result = CliRunner().invoke(certs_app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def raised(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(certs_app, list(arguments)).exception


@pytest.fixture
def site() -> Path:
    call("init", "certs", "--name", "Rome test")
    call("node", "certs", CAMERA, "--name", "camera-1")
    return Path("certs")


def rows(output: str) -> dict[str, list[str]]:
    return {cells[0]: cells[1:] for line in output.splitlines() if (cells := line.split())}


def test_from_authority_to_working_settings(site: Path) -> None:
    output = call("node", "certs", "--new", "--name", "fusion", "--host", "127.0.0.1")
    node_id = output.splitlines()[0].removeprefix("node id: ")
    assert UUID(node_id).version == 4
    assert "certs/authority.pem, certs/nodes/fusion.pem, certs/nodes/fusion.key" in output
    found = credentials_of(site, node_id)
    server_context(found.ca, found.certificate, found.key)
    assert AllowList.read(site / "allowed-nodes.txt").permits(node_id)


def test_the_list_shows_what_needs_care(site: Path) -> None:
    call("node", "certs", "--new", "--name", "fusion", "--host", "10.0.0.5", "--days", "20")
    call("node", "certs", "--new", "--name", "trace")
    renew(site, "trace", days=1, now=datetime.now(UTC) - timedelta(days=5))
    call("revoke", "certs", CAMERA)
    shown = rows(call("list", "certs"))
    assert list(shown) == ["name", "authority", "camera-1", "fusion", "trace"]
    assert shown["authority"][1] == "3649"
    assert shown["camera-1"][0] == CAMERA
    assert shown["camera-1"][2:] == ["729", "no"]
    assert shown["fusion"][2:] == ["19,", "renew", "yes", "10.0.0.5"]
    assert shown["trace"][2:] == ["expired", "yes"]
    assert "729" in rows(call("renew", "certs", "trace") + call("list", "certs"))["trace"]


def test_a_certificate_for_browsers(site: Path) -> None:
    output = call("site", "certs", "--host", "hall.example", "--host", "10.0.0.5")
    assert "certs/https/console.pem, certs/https/console.key" in output
    assert output.splitlines()[-1].endswith("trusted as an authority: certs/authority.pem")
    shown = rows(call("list", "certs"))["console"]
    assert (shown[0], *shown[2:]) == ("HTTPS", "396", "hall.example,", "10.0.0.5")
    assert call("renew", "certs", "console").startswith("for the console: certs/https/console.pem")
    assert rows(call("list", "certs"))["console"][2:] == shown[2:]
    assert CliRunner().invoke(certs_app, ["site", "certs"]).exit_code == 2


def test_a_site_without_list_lets_nobody_in(site: Path) -> None:
    (site / "allowed-nodes.txt").unlink()
    assert rows(call("list", "certs"))["camera-1"][-1] == "no"


def test_mistakes(site: Path) -> None:
    for arguments in ((CAMERA, "--new"), ()):
        error = raised("node", "certs", *arguments, "--name", "trace")
        assert isinstance(error, ArgumentError)
        assert "--new" in str(error)
    unknown = raised("revoke", "certs", "6f582b41-6c88-481c-bb0f-6021a1739f57")
    assert isinstance(unknown, ArgumentError)
    assert "is not in certs/allowed-nodes.txt" in str(unknown)
    nowhere = raised("list", "nowhere")
    assert isinstance(nowhere, InputError)
    assert "clearway certs" in str(nowhere)
