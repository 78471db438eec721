"""The authority's folder, and the files of either end."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from clearway.errors import ArgumentError, InputError, OutputError
from clearway.sapient.security import (
    ALLOW_LIST,
    AUTHORITY,
    AllowList,
    client_context,
    create_authority,
    credentials_of,
    issue,
    issued,
    node_id_of,
    renew,
    revoke,
    server_context,
)

FUSION = "6f582b41-6c88-481c-bb0f-6021a1739f57"
CAMERA = "a8654cdf-4328-47de-81fa-c495589e30c9"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "certificates"
    create_authority(folder, "Test site")
    issue(folder, FUSION, "fusion", ["127.0.0.1", "fusion.example"])
    issue(folder, CAMERA.upper(), "camera")
    return folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folder = tmp_path / "deep" / "certificates"
        create_authority(folder, "Test site")
        made = issue(folder, CAMERA, "camera")
    finally:
        os.umask(before)
    assert mode(folder) == mode(folder / "nodes") == 0o700
    assert mode(folder / "authority.key") == mode(made.key) == 0o600
    assert mode(folder / AUTHORITY) == mode(made.certificate) == 0o644


def test_what_is_issued(site: Path) -> None:
    camera, fusion = issued(site)
    assert (camera.name, camera.node_id, camera.hosts) == ("camera", CAMERA, ())
    assert (fusion.node_id, fusion.hosts) == (FUSION, ("fusion.example", "127.0.0.1"))
    assert camera.expires - datetime.now(UTC) > timedelta(days=729)
    certificates = [load(path) for path in (site / AUTHORITY, camera.certificate)]
    assert len({one.serial_number for one in certificates}) == 2
    assert AllowList.read(site / ALLOW_LIST) == AllowList(frozenset({CAMERA, FUSION}))
    assert not list(site.rglob(".*"))


def test_validity_ends_with_the_authoritys(tmp_path: Path) -> None:
    create_authority(tmp_path, "Short", days=10)
    made = issue(tmp_path, CAMERA, "camera", days=730)
    assert made.expires == load(tmp_path / AUTHORITY).not_valid_after_utc
    with pytest.raises(ArgumentError, match="0 is no validity"):
        renew(tmp_path, "camera", days=0)


def test_an_expired_authority_issues_nothing(tmp_path: Path) -> None:
    create_authority(tmp_path, "Old", days=10, now=datetime.now(UTC) - timedelta(days=11))
    with pytest.raises(InputError, match="the authority has expired"):
        issue(tmp_path, CAMERA, "camera")
    assert not (tmp_path / "nodes" / "camera.key").exists()


def test_nothing_is_overwritten(site: Path) -> None:
    before = content(site)
    with pytest.raises(OutputError, match="an authority already"):
        create_authority(site, "Again")
    for node_id, name in ((CAMERA, "other"), (str(FUSION), "fusion")):
        with pytest.raises(OutputError, match="has a certificate already"):
            issue(site, node_id, name)
    (site / "nodes" / "trace.key").write_text("somebody's")
    with pytest.raises(OutputError, match=r"trace\.key: exists and is never overwritten"):
        issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", "trace")
    (site / "nodes" / "trace.key").unlink()
    (site / AUTHORITY).unlink()
    with pytest.raises(OutputError, match=r"authority\.key: exists and is never overwritten"):
        create_authority(site, "Again")
    (site / AUTHORITY).write_bytes(before[AUTHORITY])
    assert content(site) == before


def test_a_failed_write_leaves_nothing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(site)
    link = Path.hardlink_to

    def full(self: Path, target: Any) -> None:
        if self.suffix == ".pem":
            raise OSError(28, "No space left on device")
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", full)
    with pytest.raises(OutputError, match="No space left on device"):
        issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", "trace")
    assert content(site) == before


def test_renewal_keeps_all_but_the_validity(site: Path) -> None:
    old = load(site / "nodes" / "fusion.pem")
    made = renew(site, "fusion", days=900)
    new = load(made.certificate)
    assert new.serial_number != old.serial_number
    assert new.not_valid_after_utc > old.not_valid_after_utc
    assert new.public_key() == old.public_key()
    assert (made.node_id, made.hosts) == (FUSION, ("fusion.example", "127.0.0.1"))
    with pytest.raises(InputError, match="there is no such file"):
        renew(site, "nobody")


def test_revocation_is_one_line_less(site: Path) -> None:
    path = site / ALLOW_LIST
    path.write_text(f"# by hand\n{CAMERA.upper()} at the gate\n\n{FUSION}")
    assert revoke(site, CAMERA)
    assert path.read_text() == f"# by hand\n\n{FUSION}"
    assert not revoke(site, CAMERA)
    issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", "trace")
    assert path.read_text().splitlines()[2:] == [
        FUSION,
        "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51  # trace",
    ]


@pytest.mark.parametrize(
    "node_id",
    [
        "",
        "camera",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        CAMERA.replace("-", ""),
        f"{{{CAMERA}}}",
    ],
)
def test_node_ids_are_uuids_of_version_4(site: Path, node_id: str) -> None:
    with pytest.raises(ArgumentError, match="no UUID of version 4"):
        issue(site, node_id, "trace")


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "a" * 61, "two words"])
def test_names_are_those_of_files(site: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match="cannot be the name of a file"):
        issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", name)


@pytest.mark.parametrize("host", ["", "two words", "a..b", "http://x", "münchen.example", "a/b"])
def test_hosts_are_names_or_addresses(site: Path, host: str) -> None:
    with pytest.raises(ArgumentError, match="neither a DNS name nor an address"):
        issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", "trace", [host])


@pytest.mark.parametrize("name", ["", " ", "a" * 51, "new\nline"])
def test_site_names_fit_into_a_certificate(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match="cannot be written into a certificate"):
        create_authority(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()


def test_an_authority_needs_its_own_key(site: Path) -> None:
    (site / "authority.key").write_bytes((site / "nodes" / "camera.key").read_bytes())
    with pytest.raises(InputError, match=r"authority\.key: the key does not belong to"):
        renew(site, "camera")


def test_credentials_are_found_by_node(site: Path) -> None:
    found = credentials_of(site, FUSION.upper())
    assert found.certificate == site / "nodes" / "fusion.pem"
    server_context(found.ca, found.certificate, found.key)
    with pytest.raises(InputError, match="no certificate for the node"):
        credentials_of(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51")


def contexts_refuse(folder: Path, match: str, **files: str) -> None:
    names = {"ca": AUTHORITY, "certificate": "nodes/camera.pem", "key": "nodes/camera.key"} | files
    for context in (server_context, client_context):
        with pytest.raises(InputError, match=match):
            context(*(folder / name for name in names.values()))


def test_files_that_cannot_be_used(site: Path) -> None:
    (site / "nonsense").write_bytes(b"\x00\xffnonsense")
    (site / "empty").write_bytes(b"")
    contexts_refuse(site, r"nowhere: there is no such file", ca="nowhere")
    contexts_refuse(site, r"nodes: it cannot be read \(Is a directory\)", key="nodes")
    for name in ("nonsense", "empty"):
        contexts_refuse(site, f"{name}: it holds no certificate in PEM form", ca=name)
        contexts_refuse(site, f"{name}: it holds no private key in PEM form", key=name)
    contexts_refuse(site, r"it holds a private key\n", certificate="nodes/camera.key")
    contexts_refuse(site, r"it holds a certificate\n", key="nodes/camera.pem")
    contexts_refuse(
        site, r"fusion\.key: the key does not belong to .*camera\.pem", key="nodes/fusion.key"
    )


def test_a_key_with_a_passphrase_is_refused_without_asking(site: Path) -> None:
    key = load_pem_private_key((site / "nodes" / "camera.key").read_bytes(), None)
    locked = BestAvailableEncryption(b"secret")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    (site / "locked.key").write_bytes(pem)
    contexts_refuse(site, r"locked\.key: the key has a passphrase", key="locked.key")


def test_ends_need_one_authority(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    create_authority(other, "Other site")
    (site / "other.pem").write_bytes((other / AUTHORITY).read_bytes())
    contexts_refuse(site, "the authority has not issued it; 'CN=Test site", ca="other.pem")
    both = (other / AUTHORITY).read_bytes() + (site / AUTHORITY).read_bytes()
    (site / "both.pem").write_bytes(both)
    camera = credentials_of(site, CAMERA)
    client_context(site / "both.pem", camera.certificate, camera.key)


def test_a_clock_that_is_wrong(site: Path) -> None:
    made = renew(site, "camera", now=datetime.now(UTC) + timedelta(days=2))
    with pytest.raises(InputError, match=r"it is not valid before .*\n.*clock"):
        client_context(site / AUTHORITY, made.certificate, made.key)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((("URI", f"urn:uuid:{CAMERA}"),), CAMERA),
        ((("DNS", "a"), ("URI", f"URN:UUID:{CAMERA.upper()}"), ("URI", "https://x")), CAMERA),
        ((("URI", f"urn:uuid:{CAMERA}"), ("URI", f"urn:uuid:{CAMERA}")), CAMERA),
        ((("URI", f"urn:uuid:{CAMERA}"), ("URI", f"urn:uuid:{FUSION}")), None),
        ((("DNS", f"urn:uuid:{CAMERA}"),), None),
        ((("URI", f"urn:uuid:{CAMERA}x"),), None),
        ((("URI", CAMERA),), None),
        ((), None),
    ],
)
def test_the_node_id_in_a_certificate(names: Any, expected: str | None) -> None:
    assert node_id_of({"subjectAltName": names}) == expected


def test_certificates_without_node_id(site: Path) -> None:
    authority = load(site / AUTHORITY)
    assert node_id_of(authority) is None
    assert node_id_of(authority.public_bytes(Encoding.DER)) is None
    assert node_id_of(b"not DER") is None
    assert node_id_of({}) is None
    assert node_id_of(None) is None
