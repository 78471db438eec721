"""Certificates for the console: what browsers want of them, and that they are no node's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from clearway.errors import ArgumentError, InputError, OutputError
from clearway.sapient.security import (
    ALLOW_LIST,
    AUTHORITY,
    create_authority,
    credentials_of,
    issue,
    issue_site,
    issued,
    node_id_of,
    renew,
)

CAMERA = "a8654cdf-4328-47de-81fa-c495589e30c9"
HOSTS = ["hall.example", "10.0.0.5", "fd00::5"]
_ACCEPTED_BY_BROWSERS = timedelta(days=398)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "certificates"
    create_authority(folder, "Test site")
    issue(folder, CAMERA, "camera")
    return folder


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_browser_that_trusts_the_authority_accepts_it(site: Path) -> None:
    made = issue_site(site, "console", HOSTS)
    assert made.hosts == tuple(HOSTS)
    policy = PolicyBuilder().store(Store([load(site / AUTHORITY)]))
    names: list[x509.DNSName | x509.IPAddress] = [x509.DNSName(HOSTS[0])]
    names += [x509.IPAddress(ip_address(host)) for host in HOSTS[1:]]
    for name in names:
        chain = policy.build_server_verifier(name).verify(load(made.certificate), [])
        assert len(chain) == 2
    with pytest.raises(VerificationError):
        policy.build_server_verifier(x509.DNSName("other.example")).verify(
            load(made.certificate), []
        )


def test_what_is_in_it(site: Path) -> None:
    found = load(issue_site(site, "console", HOSTS).certificate)
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    purposes = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    lasts = found.not_valid_after_utc - found.not_valid_before_utc
    assert timedelta(days=396) < lasts <= _ACCEPTED_BY_BROWSERS


def test_it_is_no_node(site: Path) -> None:
    allowed = (site / ALLOW_LIST).read_bytes()
    made = issue_site(site, "console", HOSTS)
    assert made.for_https
    assert node_id_of(load(made.certificate)) is None
    assert (site / ALLOW_LIST).read_bytes() == allowed
    camera, console = issued(site)
    assert console == made
    assert not camera.for_https
    assert credentials_of(site, CAMERA).certificate == camera.certificate


def test_renewal_keeps_key_and_hosts(site: Path) -> None:
    made = issue_site(site, "console", HOSTS, now=datetime.now(UTC) - timedelta(days=30))
    before, key = load(made.certificate), made.key.read_bytes()
    renewed = renew(site, "console")
    after = load(renewed.certificate)
    assert after.not_valid_after_utc - before.not_valid_after_utc > timedelta(days=29)
    assert after.not_valid_after_utc - after.not_valid_before_utc <= _ACCEPTED_BY_BROWSERS
    assert after.public_key() == before.public_key()
    assert made.key.read_bytes() == key
    assert (renewed.hosts, renewed.for_https) == (made.hosts, True)
    assert list(after.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]


def test_refusals_leave_nothing(site: Path) -> None:
    issue_site(site, "console", HOSTS)
    before = content(site)
    for days in (398, 730):
        with pytest.raises(ArgumentError, match=f"valid for {days} days\n.*at most 397"):
            issue_site(site, "other", HOSTS, days=days)
        with pytest.raises(ArgumentError, match="at most 397"):
            renew(site, "console", days=days)
    with pytest.raises(ArgumentError, match="0 is no validity"):
        issue_site(site, "other", HOSTS, days=0)
    with pytest.raises(ArgumentError, match="no name or address is given"):
        issue_site(site, "other", [])
    with pytest.raises(ArgumentError, match="neither a DNS name nor an address"):
        issue_site(site, "other", ["https://hall.example"])
    with pytest.raises(ArgumentError, match="cannot be the name of a file"):
        issue_site(site, "../console", HOSTS)
    for taken in ("console", "camera"):
        with pytest.raises(OutputError, match=f"has a certificate already\n.*renew .* {taken}"):
            issue_site(site, taken, HOSTS)
    with pytest.raises(OutputError, match="console has a certificate already"):
        issue(site, "0b0c1bd1-9f5c-4d3c-9d3f-6f8f0e4b7a51", "console")
    assert content(site) == before


def test_a_certificate_in_the_wrong_folder_is_not_renewed(site: Path) -> None:
    made = issue_site(site, "console", HOSTS)
    made.certificate.rename(site / "nodes" / "console.pem")
    with pytest.raises(InputError, match="has not issued it like this"):
        renew(site, "console")
    (site / "nodes" / "camera.pem").rename(site / "https" / "camera.pem")
    with pytest.raises(InputError, match="has not issued it like this"):
        renew(site, "camera")
