"""Real handshakes on this machine between two ends with certificates of a site's authority."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearway.errors import InputError
from clearway.sapient.security import (
    AUTHORITY,
    Issued,
    client_context,
    create_authority,
    handshake_problem,
    issue,
    issue_site,
    node_id_of,
    renew,
    server_context,
)

FUSION = "6f582b41-6c88-481c-bb0f-6021a1739f57"
CAMERA = "a8654cdf-4328-47de-81fa-c495589e30c9"


@dataclass(frozen=True)
class Ends:
    """What a handshake has come to."""

    node_id: str | None = None
    """Of the client, as the server saw it in both of the forms that Python gives."""
    version: str | None = None
    problem: str = ""
    """As the server's log would say it."""
    answer: bytes = b""
    """What the client received."""
    refusal: str = ""
    """As the client's log would say it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    create_authority(folder, "Test site")
    issue(folder, FUSION, "fusion", ["127.0.0.1", "fusion.example"])
    issue(folder, CAMERA, "camera")
    return folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another site, whose camera claims the same node id."""
    folder = tmp_path_factory.mktemp("elsewhere")
    create_authority(folder, "Other site")
    issue(folder, CAMERA, "camera")
    return folder


def server_of(folder: Path) -> ssl.SSLContext:
    return server_context(
        folder / AUTHORITY, folder / "nodes" / "fusion.pem", folder / "nodes" / "fusion.key"
    )


def client_of(folder: Path, trust: Path | None = None) -> ssl.SSLContext:
    return (
        client_context(
            folder / AUTHORITY, folder / "nodes" / "camera.pem", folder / "nodes" / "camera.key"
        )
        if trust is None
        else _trusting(folder, trust)
    )


def _trusting(folder: Path, trust: Path) -> ssl.SSLContext:
    """A client that trusts one authority and shows a certificate of another."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trust)
    context.load_cert_chain(folder / "nodes" / "camera.pem", folder / "nodes" / "camera.key")
    return context


def meet(server: ssl.SSLContext, client: ssl.SSLContext | None, host: str = "127.0.0.1") -> Ends:
    """Connect once; the server answers ``hello`` to whom it accepts."""
    seen: dict[str, str | None] = {}

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(10.0)
        try:
            with server.wrap_socket(connection, server_side=True) as secured:
                node_id = node_id_of(secured.getpeercert())
                assert node_id == node_id_of(secured.getpeercert(binary_form=True))
                seen.update(node_id=node_id, version=secured.version())
                secured.sendall(b"hello")
        except OSError as error:
            seen["problem"] = handshake_problem(error)
        finally:
            connection.close()

    answer, refusal = b"", ""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with socket.create_connection(listener.getsockname(), timeout=10.0) as raw:
            try:
                if client is None:
                    raw.sendall(b"\x10\x00\x00\x00" + bytes(16))
                    raw.recv(100)
                else:
                    with client.wrap_socket(raw, server_hostname=host) as secured:
                        answer = secured.recv(5)
            except OSError as error:
                refusal = handshake_problem(error)
        thread.join()
    return Ends(answer=answer, refusal=refusal, **seen)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "fusion.example"])
def test_nodes_of_one_site_meet_over_tls_1_3(site: Path, host: str) -> None:
    ends = meet(server_of(site), client_of(site), host)
    assert ends == Ends(CAMERA, "TLSv1.3", answer=b"hello")


def test_asyncio_meets_as_well(site: Path) -> None:
    async def conversation() -> tuple[str | None, bytes]:
        seen: asyncio.Queue[str | None] = asyncio.Queue()

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await seen.put(node_id_of(writer.get_extra_info("peercert")))
            writer.write(b"hello")
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_of(site))
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=client_of(site), server_hostname="fusion.example"
            )
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return await seen.get(), answer

    assert asyncio.run(conversation()) == (CAMERA, b"hello")


def test_a_certificate_of_another_authority_is_refused(site: Path, elsewhere: Path) -> None:
    ends = meet(server_of(site), client_of(elsewhere, trust=site / AUTHORITY))
    assert ends.node_id is None
    assert ends.problem == "its certificate was refused: another authority has issued it"
    # Under TLS 1.3 the client's own handshake has succeeded; the first read tells it.
    assert ends.answer == b""
    assert "does not know the authority" in ends.refusal


def test_a_server_of_another_authority_is_not_trusted(site: Path, elsewhere: Path) -> None:
    ends = meet(server_of(site), client_of(elsewhere))
    assert ends.node_id is None
    assert "does not know the authority" in ends.problem
    assert ends.refusal == "its certificate was refused: another authority has issued it"


def test_a_client_without_certificate_is_refused(site: Path) -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.load_verify_locations(site / AUTHORITY)
    ends = meet(server_of(site), bare)
    assert ends.node_id is None
    assert ends.problem == "it has shown no certificate"
    assert ends.refusal == "it asks for a certificate"


def test_tls_1_2_is_refused(site: Path) -> None:
    old = client_of(site, trust=site / AUTHORITY)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    ends = meet(server_of(site), old)
    assert ends.node_id is None
    assert ends.problem == "it does not speak TLS 1.3"
    assert ends.answer == b""


def test_a_peer_without_tls_is_told_apart(site: Path) -> None:
    ends = meet(server_of(site), None)
    assert ends.node_id is None
    assert ends.problem == "it does not speak TLS"


def test_an_unexpected_server_is_refused(site: Path) -> None:
    ends = meet(server_of(site), client_of(site), "other.example")
    assert ends.node_id is None
    assert "other.example" in ends.refusal


def test_a_sensor_cannot_pose_as_the_server(site: Path) -> None:
    posing = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    posing.load_cert_chain(site / "nodes" / "camera.pem", site / "nodes" / "camera.key")
    ends = meet(posing, client_of(site))
    assert ends.refusal == "its certificate was refused: unsuitable certificate purpose"


def test_the_console_cannot_pose_as_a_node(site: Path) -> None:
    console = issue_site(site, "console", ["hall.example"])
    posing = client_context(site / AUTHORITY, console.certificate, console.key)
    ends = meet(server_of(site), posing)
    assert ends.node_id is None
    assert ends.problem == "its certificate was refused: unsuitable certificate purpose"
    assert ends.answer == b""


@pytest.fixture
def expired(site: Path) -> Iterator[Issued]:
    """The camera with a certificate that has expired, of the right authority."""
    long_ago = datetime.now(UTC) - timedelta(days=100)
    yield renew(site, "camera", days=10, now=long_ago)
    renew(site, "camera")


def test_an_expired_certificate_is_refused(site: Path, expired: Issued) -> None:
    ends = meet(server_of(site), client_of(site, trust=site / AUTHORITY))
    assert ends.node_id is None
    assert ends.problem == "its certificate was refused: certificate has expired"
    assert ends.refusal == "it says that the certificate shown to it has expired"


def test_ones_own_expired_certificate_is_said_at_the_start(site: Path, expired: Issued) -> None:
    with pytest.raises(InputError, match=r"camera\.pem: it has expired on .*\n.*renew") as error:
        client_of(site)
    assert f"{expired.expires:%Y-%m-%d}" in str(error.value)


def test_a_renewed_certificate_serves_with_the_old_key(site: Path) -> None:
    key = (site / "nodes" / "camera.key").read_bytes()
    renew(site, "camera")
    assert (site / "nodes" / "camera.key").read_bytes() == key
    assert meet(server_of(site), client_of(site)).node_id == CAMERA


def test_sessions_are_not_resumed(site: Path) -> None:
    """A resumed one would skip the certificate, and outlive it."""
    assert server_of(site).num_tickets == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "it has not finished the handshake in time"),
        (ConnectionResetError(104, "reset"), "it has closed the connection"),
        (EOFError(), "it has closed the connection"),
        (OSError("odd"), "odd"),
        (OSError(), "OSError"),
        (ssl.SSLError(1, "something new"), "TLS failed"),
    ],
)
def test_other_failures_have_words_too(error: Exception, words: str) -> None:
    assert handshake_problem(error).startswith(words)
