"""`clearway serve`, `node` and `replay`: what they say to a mistake, and how they end."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from clearway.cli.addresses import host_and_port
from clearway.cli.main import app
from clearway.cli.serve import SensorChoice
from clearway.errors import ArgumentError, ClearwayError
from clearway.recording import Fact, LogReader
from clearway.sapient.security import create_authority
from clearway.site.schema import SensorKind
from tests.support.command import COMMAND, clearway

STATION = (files("clearway.site") / "station.toml").read_text(encoding="utf-8")


def site_file(folder: Path, *service: str) -> Path:
    """The station with these lines in its table of the service."""
    path = folder / "site.toml"
    lines = "\n".join(service)
    path.write_text(STATION.replace("[[sensors]]", f"[service]\n{lines}\n\n[[sensors]]", 1))
    return path


PLAIN = ("plain = true", "port = 0")


def no_certificates(tmp_path: Path) -> list[str | Path]:
    return ["serve", site_file(tmp_path)]


def foreign_address(tmp_path: Path) -> list[str | Path]:
    return ["serve", site_file(tmp_path, *PLAIN), "--host", "0.0.0.0"]  # noqa: S104 - is refused


def missing_certificates(tmp_path: Path) -> list[str | Path]:
    return ["serve", site_file(tmp_path, 'certificates = "certs"')]


def certificates_of_nobody(tmp_path: Path) -> list[str | Path]:
    create_authority(tmp_path / "certs", "Station")
    return ["serve", site_file(tmp_path), "--certificates", tmp_path / "certs"]


def serve_with(*more: str) -> Callable[[Path], list[str | Path]]:
    return lambda tmp_path: ["serve", site_file(tmp_path, *PLAIN), *more]


def node_with(*more: str) -> Callable[[Path], list[str | Path]]:
    return lambda tmp_path: ["node", "camera", site_file(tmp_path, *PLAIN), *more]


CASES: dict[str, tuple[Callable[[Path], list[str | Path]], list[str]]] = {
    "neither certificates nor plain": (
        no_certificates,
        ["service.certificates", "clearway certs", "plain = true"],
    ),
    "plain for everybody": (
        foreign_address,
        ["0.0.0.0", "service.plain_networks", "127.0.0.1"],  # noqa: S104
    ),
    "no folder of certificates": (missing_certificates, ["certs"]),
    "no certificate for the service": (
        certificates_of_nobody,
        ["no certificate for the node", "clearway certs node"],
    ),
    "a parent without a port": (serve_with("--parent", "higher"), ["--parent", "HOST:PORT"]),
    "a broker with a bad port": (serve_with("--mqtt", "broker:mqtt"), ["--mqtt", "HOST:PORT"]),
    "a file that a table names": (
        lambda tmp_path: [
            "serve",
            site_file(
                tmp_path, *PLAIN, "[service.mqtt]", 'address = "b:8883"', 'authority = "no.pem"'
            ),
        ],
        ["site.toml: line ", "service.mqtt.authority: ", "no.pem", "relative to the site file"],
    ),
    "half a certificate of the console": (
        lambda tmp_path: [
            "serve",
            site_file(tmp_path, *PLAIN, "[service.console]", 'certificate = "console.pem"'),
        ],
        ["site.toml: line ", "service.console.certificate", "`key`"],
    ),
    "a console for everybody": (
        serve_with("--console", "0.0.0.0:0"),
        ["0.0.0.0", "without TLS", "clearway certs"],  # noqa: S104
    ),
    "a console without a port": (serve_with("--console", "here"), ["--console", "HOST:PORT"]),
    "an address of another machine": (
        serve_with("--host", "192.0.2.1"),
        ["192.0.2.1", "service.plain_networks"],
    ),
    "no site file": (lambda tmp_path: ["serve", tmp_path / "no.toml"], ["no.toml"]),
    "a node that is not simulated": (node_with(), ["--simulate"]),
    "an unknown sensor": (
        node_with("--simulate", "--sensor", "camera-9"),
        ["--sensor", "no such camera", "camera-1, camera-2, camera-3, camera-4"],
    ),
    "a sensor of another kind": (
        node_with("--simulate", "--sensor", "trace-1"),
        ["no such camera", "camera-1"],
    ),
    "no log": (lambda tmp_path: ["replay", tmp_path / "log"], ["log", "does not exist"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_ends_in_one_message(tmp_path: Path, name: str) -> None:
    arguments, expected = CASES[name]
    done = clearway(*arguments(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("clearway: ")
    assert "Traceback" not in done.stderr
    for part in (*expected, "remedy: "):
        assert part in done.stderr
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--connect", "127.0.0.1"), ["--connect", "HOST:PORT"]),
        (("--connect", "host:65536"), ["--connect", "HOST:PORT"]),
        (("--certificates", "no-folder"), ["no-folder", "no certificate for the node"]),
        (("--sensor", "camera-9"), ["no such camera"]),
        ((), ["no-crowd.txt"]),
    ],
)
def test_a_node_asks_for_people_last(
    tmp_path: Path, options: tuple[str, ...], expected: list[str]
) -> None:
    """The file of the crowd is missing too, and is missed only where all else is right."""
    arguments = node_with("--simulate", "--crowd", "no-crowd.txt", *options)(tmp_path)
    error = CliRunner().invoke(app, [str(one) for one in arguments]).exception
    assert isinstance(error, ClearwayError)
    for part in (*expected, "remedy: "):
        assert part in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "host",
        "host:",
        ":1",
        "host:-1",
        "host:0",
        "host:65536",
        "host:1.5",
        "h:x",
        "m://h:1",
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(ArgumentError, match="HOST:PORT"):
        host_and_port(text, "--connect")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("localhost:1", ("localhost", 1)), ("192.0.2.1:65535", ("192.0.2.1", 65535))],
)
def test_an_address(text: str, expected: tuple[str, int]) -> None:
    assert host_and_port(text, "--connect") == expected


@pytest.fixture
def serving(tmp_path: Path) -> subprocess.Popen[str]:
    arguments = ["serve", "--headless", str(site_file(tmp_path, *PLAIN))]
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Listening on port ")
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_an_ordered_stop(
    serving: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    serving.send_signal(number)
    _, errors = serving.communicate(timeout=60)
    assert (serving.returncode, errors) == (0, "")
    assert {path.suffix for path in (tmp_path / "log").iterdir()} == {"", ".mcap", ".sqlite"}
    reader = LogReader(tmp_path / "log")
    assert not [record for record in reader if isinstance(record, Fact)]
    assert reader.flaws == []
    done = clearway("replay", tmp_path / "log")
    assert done.returncode == 0, done.stderr


def test_the_console_is_served_beside(tmp_path: Path) -> None:
    path = site_file(tmp_path, *PLAIN, "[service.console]", "port = 0")
    with subprocess.Popen(
        [*COMMAND, "serve", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        try:
            address = said[0].removeprefix("Console: ").strip()
            assert httpx.get(f"{address}/").status_code == 200
            assert f" {address}/enrol#" in said[1]
            assert said[2].startswith("Listening on port ")
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    left = {one.name for one in (tmp_path / "log").iterdir()}
    assert {"site.sqlite", "checkpoints", "checkpoint-key.pem"} <= left
    again = clearway("audit", "verify", tmp_path / "log" / "site.sqlite")
    assert again.returncode == 0, again.stderr


def test_without_a_control_room_the_service_serves(tmp_path: Path) -> None:
    path = site_file(tmp_path, *PLAIN, "[service.console]", "port = 0")
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "site.sqlite").write_text("no database")
    with subprocess.Popen(
        [*COMMAND, "serve", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert "WITHOUT A CONTROL ROOM" in said
            assert "site.sqlite" in said
            while not process.stdout.readline().startswith("Listening on port "):
                pass
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert (tmp_path / "log" / "site.sqlite").read_text() == "no database"


def test_a_node_plays_every_kind_of_sensor() -> None:
    assert [*map(str, SensorChoice)] == [*map(str, SensorKind)]


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        done = clearway("serve", site_file(tmp_path, *PLAIN), "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: cannot be listened on" in done.stderr
    assert "--port" in done.stderr
