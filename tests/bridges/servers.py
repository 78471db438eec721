"""Peers of the bridges on this machine: certificates, a broker, and servers that hang."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from clearway.bridges import Bridge

LOCAL = "127.0.0.1"


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


@asynccontextmanager
async def running(bridge: Bridge[Any]) -> AsyncIterator[None]:
    task = asyncio.create_task(bridge.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for this machine that vouches for itself."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)


def certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOCAL))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = Certificate(folder / "certificate.pem", folder / "key.pem")
    paths.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@dataclass(frozen=True, slots=True)
class Broker:
    """A mosquitto of our own."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def mosquitto(
    folder: Path, tls: Certificate | None = None, port: int = 0, users: Path | None = None
) -> Iterator[Broker]:
    """Run Debian's broker on this machine only, or skip the test where there is none."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("no mosquitto (Debian: apt-get install mosquitto)")
    port = port or _free_port()
    lines = [f"listener {port} {LOCAL}", "persistence false", "user root"]
    lines.append("allow_anonymous true" if users is None else f"password_file {users}")
    if tls is not None:
        lines += [f"certfile {tls.certificate}", f"keyfile {tls.key}"]
    configuration = folder / "mosquitto.conf"
    configuration.write_text("\n".join(lines))
    process = subprocess.Popen(
        [program, "-c", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _listens(port):
            assert process.poll() is None, "mosquitto did not start"
            time.sleep(0.02)
        yield Broker(port, process)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((LOCAL, port)):
            return True
    except OSError:
        return False


@asynccontextmanager
async def mute_server(*, answer: bytes = b"") -> AsyncIterator[tuple[int, list[int]]]:
    """Accepts, perhaps answers once, and then neither reads nor closes; its port and visitors."""
    visitors: list[int] = []
    writers: list[asyncio.StreamWriter] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append(1)
        writers.append(writer)
        if answer:
            await reader.read(1)
            writer.write(answer)
        reader._transport.pause_reading()  # type: ignore[attr-defined]

    server = await asyncio.start_server(receive, LOCAL, 0)
    try:
        yield server.sockets[0].getsockname()[1], visitors
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


class TakServer:
    """A TAK server that keeps what it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.events: list[etree._Element] = []
        self.writers: list[asyncio.StreamWriter] = []

    @property
    def identities(self) -> list[str | None]:
        return [event.get("uid") for event in self.events]

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                document = await reader.readuntil(b"</event>")
                self.events.append(etree.fromstring(document.strip()))
        except (asyncio.IncompleteReadError, OSError):
            writer.close()


@asynccontextmanager
async def tak_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[TakServer]:
    ours = TakServer()
    server = await asyncio.start_server(ours.receive, LOCAL, 0, ssl=tls)
    ours.port = server.sockets[0].getsockname()[1]
    try:
        yield ours
    finally:
        server.close()
        for writer in ours.writers:
            writer.transport.abort()
        await server.wait_closed()
