"""From the tables of a site file, and addresses instead of theirs, to bridges that arrive."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiomqtt import Client, ProtocolVersion
from lxml import etree

from clearway.bridges import Bridge
from clearway.cli.bridging import Wanted, bridges_of
from clearway.errors import ArgumentError, InputError
from clearway.profile import site_node_id
from clearway.sapient.security import AUTHORITY, create_authority, issue, server_context
from clearway.site.reading import site_from_text
from tests.bridges.messages import ALERT, alert
from tests.bridges.servers import (
    LOCAL,
    Certificate,
    certificate,
    mosquitto,
    running,
    tak_server,
    until,
)

STATION = (files("clearway.site") / "station.toml").read_text(encoding="utf-8")
FILES = 'authority = "certificate.pem"\n'
OWN = FILES + 'certificate = "certificate.pem"\nkey = "key.pem"\n'


def wanted(folder: Path, tables: str, **options: Any) -> Wanted:
    """The station with these tables, and options of the command line."""
    text = STATION.replace("[[sensors]]", f"{tables}\n[[sensors]]", 1)
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return Wanted(site_from_text(text, path), path, text, **options)


def made(folder: Path, tables: str, **options: Any) -> tuple[list[Bridge[Any]], list[str]]:
    """The bridges, and what the operator is told."""
    notices: list[str] = []
    return [*bridges_of(wanted(folder, tables, **options), notices.append)], notices


def names(bridges: list[Bridge[Any]]) -> list[str]:
    return [bridge.state.name for bridge in bridges]


def mutual(ours: Certificate) -> ssl.SSLContext:
    """A server that asks for a certificate."""
    context = ours.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ours.certificate)
    return context


def test_nothing_is_told_to_others_unless_somebody_says_so(tmp_path: Path) -> None:
    assert made(tmp_path, "") == ([], [])


def test_a_table_or_an_address_is_enough(tmp_path: Path) -> None:
    mqtt = f'[service.mqtt]\naddress = "{LOCAL}:1883"\n'
    tak = f'[service.tak]\naddress = "tcp://{LOCAL}"\n'
    assert names(made(tmp_path, mqtt)[0]) == ["mqtt"]
    assert names(made(tmp_path, mqtt + tak, cap=tmp_path)[0]) == ["mqtt", "tak", "cap"]
    bridges, notices = made(tmp_path, "", mqtt=f"{LOCAL}:1883", tak=f"udp://{LOCAL}")
    assert (names(bridges), notices) == (["mqtt", "tak"], [])


def test_a_tak_server_that_asks_for_a_certificate_is_reached(tmp_path: Path) -> None:
    ours = certificate(tmp_path)

    async def story() -> None:
        async with tak_server(mutual(ours)) as server:
            # The address of the command line goes with the certificates of the table.
            table = f'[service.tak]\naddress = "tls://elsewhere.example"\n{OWN}'
            (bridge,), notices = made(tmp_path, table, tak=f"tls://{LOCAL}:{server.port}")
            async with running(bridge):
                bridge.offer(alert())
                await until(lambda: len(server.events) == 1)
            assert server.identities == [f"clearway.{ALERT}"]
            assert notices == []

    asyncio.run(story())


def test_the_sites_own_authority_serves_for_others_too(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    create_authority(folder, "Station")
    server_files, own = (
        issue(folder, str(uuid4()), name, hosts)
        for name, hosts in (("server", [LOCAL]), ("fusion", []))
    )
    tls = server_context(folder / AUTHORITY, server_files.certificate, server_files.key)

    async def story() -> None:
        async with tak_server(tls) as server:
            table = (
                f'[service.tak]\naddress = "tls://{LOCAL}:{server.port}"\n'
                f'authority = "certificates/{AUTHORITY}"\n'
                f'certificate = "{own.certificate.relative_to(tmp_path)}"\n'
                f'key = "{own.key.relative_to(tmp_path)}"\n'
            )
            (bridge,), _ = made(tmp_path, table)
            async with running(bridge):
                bridge.offer(alert())
                await until(lambda: len(server.events) == 1)

    asyncio.run(story())


def test_an_alert_without_a_place_reaches_the_phones_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with tak_server() as server:
            (bridge,), _ = made(tmp_path, "", tak=f"tcp://{LOCAL}:{server.port}")
            async with running(bridge):
                bridge.offer(alert(location=None))
                await until(lambda: len(server.events) == 1)
            point = server.events[0].find("point")
            origin = wanted(tmp_path, "").site.origin
            assert point is not None
            assert float(point.get("lat") or "") == pytest.approx(origin.latitude_deg, abs=1e-6)

    asyncio.run(story())


@pytest.mark.mosquitto
def test_a_broker_with_users_is_reached(tmp_path: Path) -> None:
    ours = certificate(tmp_path)
    (tmp_path / "password").write_text("geheim 1\n")
    program = shutil.which("mosquitto_passwd") or pytest.skip("no mosquitto_passwd")
    users = tmp_path / "users"
    subprocess.run([program, "-b", "-c", str(users), "clearway", "geheim 1"], check=True)

    async def story() -> None:
        with mosquitto(tmp_path, ours, users=users) as broker:
            table = (
                f'[service.mqtt]\naddress = "{LOCAL}:{broker.port}"\n{FILES}'
                'username = "clearway"\npassword_file = "password"\n'
            )
            (bridge,), _ = made(tmp_path, table)
            async with (
                Client(
                    LOCAL,
                    broker.port,
                    protocol=ProtocolVersion.V5,
                    tls_context=ours.client(),
                    username="clearway",
                    password="geheim 1",  # noqa: S106
                ) as listener,
                running(bridge),
            ):
                await listener.subscribe("clearway/+/alert/+")
                bridge.offer(alert())
                async for message in listener.messages:
                    assert str(message.topic) == f"clearway/Station%20corridor/alert/{ALERT}"
                    break

    asyncio.run(story())


def test_a_site_of_any_name_writes_cap_files(tmp_path: Path) -> None:
    given = wanted(tmp_path, "", cap=tmp_path)
    assert " " in given.site.name

    async def story() -> None:
        (bridge,) = bridges_of(given, lambda _: None)
        async with running(bridge):
            bridge.offer(alert())
            await until(lambda: bridge.state.sent == 1)

    asyncio.run(story())
    root = etree.parse(tmp_path / f"{ALERT}-1.xml").getroot()
    assert root.findtext("{*}sender") == f"urn:uuid:{site_node_id(given.site)}"
    assert root.findtext("{*}info/{*}area/{*}areaDesc") == given.site.name


def test_an_unprotected_way_that_the_site_allows_is_told_loudly(tmp_path: Path) -> None:
    mqtt = '[service.mqtt]\naddress = "10.0.0.9:1883"\nplain = true\n'
    tak = '[service.tak]\naddress = "udp://239.2.3.1"\nplain = true\n'
    bridges, notices = made(tmp_path, mqtt + tak)
    assert names(bridges) == ["mqtt", "tak"]
    assert [notice.partition(" unencrypted")[0] for notice in notices] == [
        "people's whereabouts go to 10.0.0.9:1883",
        "people's whereabouts go to udp://239.2.3.1",
    ]


MQTT = '[service.mqtt]\naddress = "broker.example:8883"\n'
TAK = '[service.tak]\naddress = "tls://tak.example"\n'


@pytest.mark.parametrize(
    ("table", "field", "problem", "remedy"),
    [
        (MQTT, "mqtt.authority", "broker.example would carry", "`plain = true`"),
        (MQTT.replace(":8883", ""), "mqtt.address", "is no address", "HOST:PORT"),
        (MQTT.replace("broker", "mqtt://broker"), "mqtt.address", "is no address", "HOST:PORT"),
        (MQTT + 'authority = "no.pem"', "mqtt.authority", "no.pem", "relative to the site file"),
        (MQTT + 'authority = "key.pem"', "mqtt.authority", "a private key", "BEGIN CERTIFICATE"),
        (MQTT + FILES + "plain = true", "mqtt.plain", "`authority` is named", "leave out"),
        (MQTT + FILES + 'key = "key.pem"', "mqtt.key", "without `certificate`", "leave `key` out"),
        (
            MQTT + FILES + 'certificate = "certificate.pem"',
            "mqtt.certificate",
            "without `key`",
            "add `key`",
        ),
        (
            MQTT + OWN.removeprefix(FILES),
            "mqtt.certificate",
            "without `authority`",
            "add `authority`",
        ),
        (MQTT + OWN.replace('"key', '"no'), "mqtt.key", "no.pem", "relative to the site file"),
        (MQTT + OWN.replace('"key', '"other/key'), "mqtt.key", "does not belong", "made with"),
        (MQTT + FILES + 'password_file = "p"', "mqtt.password_file", "no user", "`username`"),
        (
            MQTT + FILES + 'username = "u"\npassword_file = "p"',
            "mqtt.password_file",
            "there is no file",
            "relative to the site file",
        ),
        (
            MQTT + FILES + 'username = "u"\npassword_file = "empty"',
            "mqtt.password_file",
            "is empty",
            "write the password",
        ),
        (TAK, "tak.authority", "which server", "name the PEM file"),
        (TAK.replace("tls", "http"), "tak.address", "cannot be used", "tls://"),
        (TAK.replace("tls", "tcp"), "tak.authority", "tak.example would carry", "`plain = true`"),
        (TAK.replace("tls", "tcp") + FILES, "tak.authority", "without TLS", "tls:// address"),
    ],
)
def test_what_a_table_gets_wrong(
    tmp_path: Path, table: str, field: str, problem: str, remedy: str
) -> None:
    certificate(tmp_path)
    (tmp_path / "other").mkdir()
    certificate(tmp_path / "other")
    (tmp_path / "empty").write_text("\n")
    given = wanted(tmp_path, table)
    with pytest.raises(InputError) as caught:
        bridges_of(given, lambda _: None)
    (fault,) = caught.value.faults
    assert caught.value.path == given.path
    assert fault.field == f"service.{field}"
    assert problem in fault.problem
    assert remedy in fault.remedy
    lines = given.text.splitlines()
    key = field.rpartition(".")[2]
    assert fault.line is not None
    assert lines[fault.line - 1].startswith((f"{key} = ", "[service."))


@pytest.mark.parametrize(
    ("option", "address", "remedy"),
    [
        ("mqtt", "", "HOST:PORT"),
        ("mqtt", "broker", "HOST:PORT"),
        ("mqtt", "mqtt://broker:1883", "HOST:PORT"),
        ("tak", "", "tls://"),
        ("tak", "tak.example:8089", "tls://"),
    ],
)
def test_an_address_of_the_command_line_is_blamed_on_its_option(
    tmp_path: Path, option: str, address: str, remedy: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        made(tmp_path, "", **{option: address})
    assert caught.value.fault.field == f"--{option}"
    assert remedy in caught.value.fault.remedy


@pytest.mark.parametrize(
    ("option", "address"),
    [("mqtt", "broker.example:1883"), ("tak", "tcp://tak.example"), ("tak", "tls://tak.example")],
)
def test_an_address_alone_reaches_no_other_machine(
    tmp_path: Path, option: str, address: str
) -> None:
    with pytest.raises(InputError, match=rf"service\.{option}\.authority"):
        made(tmp_path, "", **{option: address})


def test_the_password_is_nowhere_but_in_its_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown key `password`"):
        wanted(tmp_path, f'{MQTT}password = "geheim"')
