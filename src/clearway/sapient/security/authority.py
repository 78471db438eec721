"""A site's own authority: certificates for its nodes, without any service from outside.

Keys are on the curve P-256.  TLS 1.3 makes it mandatory for everybody (RFC 8446, 9.1), and sensors'
TLS libraries, security chips and operating systems sign with it; Ed25519 is missing in many.

A folder holds::

    authority.pem          for every node: whom to trust
    authority.key          stays here
    allowed-nodes.txt      for the fusion node: whom to let in
    nodes/NAME.pem, .key   for the node of that name
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from clearway.errors import ArgumentError, Fault, InputError, OutputError
from clearway.sapient.security import allow_list
from clearway.sapient.security.certificates import authority_certificate, node_certificate
from clearway.sapient.security.files import (
    PRIVATE,
    PUBLIC,
    make_folder,
    read_certificate,
    read_key,
    replace,
    write_new,
)
from clearway.sapient.security.identity import checked_node_id, hosts_of, node_id_of

__all__ = [
    "ALLOW_LIST",
    "AUTHORITY",
    "Credentials",
    "Issued",
    "create_authority",
    "credentials_of",
    "issue",
    "issued",
    "renew",
    "revoke",
]

AUTHORITY = "authority.pem"
_AUTHORITY_KEY = "authority.key"
ALLOW_LIST = "allowed-nodes.txt"
_NODES = "nodes"

AUTHORITY_DAYS = 3650
"""Ten years: replacing an authority means visiting every node."""
NODE_DAYS = 730
"""Two years: a stolen key that nobody misses is worth no more than that."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}").fullmatch


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate of a site's folder."""

    name: str
    """The file's name without suffix."""
    node_id: str | None
    """None for a certificate that names no node."""
    hosts: tuple[str, ...]
    """Names and addresses under which others may connect to it; empty for a sensor."""
    expires: datetime
    """UTC."""
    certificate: Path
    """PEM."""
    key: Path
    """PEM, for its owner's eyes only."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three files that one end of a connection needs."""

    ca: Path
    certificate: Path
    key: Path


def create_authority(
    folder: Path, site_name: str, *, days: int = AUTHORITY_DAYS, now: datetime | None = None
) -> Path:
    """Make a site's authority.

    Parameters
    ----------
    folder : Path
        Is made where it does not exist.
    site_name : str
        Goes into the certificates.
    days : int
        Validity.
    now : datetime, optional
        Start of validity; the clock's time without it.

    Returns
    -------
    Path
        The authority's certificate.

    Raises
    ------
    ArgumentError
        The name cannot be written into a certificate.
    OutputError
        The folder has an authority already, or cannot be written.
    """
    if not (site_name.strip() and site_name.isprintable() and len(site_name) <= 50):
        problem = f"{site_name[:60]!r} cannot be written into a certificate"
        raise ArgumentError("name", problem, "give 1 to 50 printable characters")
    certificate = folder / AUTHORITY
    if certificate.exists():
        remedy = "choose another folder; a new authority makes all its certificates worthless"
        raise OutputError(certificate, "the folder has an authority already", remedy)
    key = ec.generate_private_key(ec.SECP256R1())
    content = authority_certificate(key, site_name.strip(), days, now or datetime.now(UTC))
    make_folder(folder)
    make_folder(folder / _NODES)
    _write_pair(certificate, folder / _AUTHORITY_KEY, key, content)
    return certificate


def issue(
    folder: Path,
    node_id: str,
    name: str,
    hosts: Sequence[str] = (),
    *,
    days: int = NODE_DAYS,
    now: datetime | None = None,
) -> Issued:
    """Make a key and a certificate for a node, and put it on the list of those let in.

    Parameters
    ----------
    folder : Path
        Of `create_authority`.
    node_id : str
        UUID of version 4, the node's id for life (BSI Flex 335 v2.0, 6.2.4).
    name : str
        Of the files, for people.
    hosts : sequence of str
        DNS names and addresses under which others connect to this node; a fusion node needs
        them, a sensor connects to others and needs none.
    days : int
        Validity; it ends with the authority's at the latest.
    now : datetime, optional
        Start of validity; the clock's time without it.

    Raises
    ------
    ArgumentError
        The node id, the name or a host cannot be used.
    InputError
        There is no usable authority in the folder.
    OutputError
        The node or the name has a certificate already, or the folder cannot be written.
    """
    node_id = checked_node_id(node_id)
    if not _NAME(name):
        problem = f"{name[:70]!r} cannot be the name of a file"
        raise ArgumentError("name", problem, "use up to 60 letters, digits, '-', '_' and '.'")
    signer = _signer(folder)
    for earlier in issued(folder):
        if name == earlier.name or node_id == earlier.node_id:
            remedy = f"renew it (clearway certs renew {folder} {earlier.name}), or remove its files"
            problem = f"{earlier.node_id} has a certificate already"
            raise OutputError(earlier.certificate, problem, remedy)
    key = ec.generate_private_key(ec.SECP256R1())
    content = node_certificate(
        signer, key.public_key(), node_id, name, hosts, days, now or datetime.now(UTC)
    )
    made = _issued(folder / _NODES / f"{name}.pem", content)
    make_folder(made.key.parent)
    _write_pair(made.certificate, made.key, key, content)
    allow_list.add(folder / ALLOW_LIST, node_id, name)
    return made


def renew(folder: Path, name: str, *, days: int = NODE_DAYS, now: datetime | None = None) -> Issued:
    """Issue a new certificate for the same key, node and hosts.

    The key stays where it is, so that only the certificate is to be copied to the node.  Whether
    the node is let in does not change.

    Raises
    ------
    InputError
        There is no such certificate or no usable authority.
    OutputError
        The folder cannot be written.
    """
    path = folder / _NODES / f"{name}.pem"
    old = read_certificate(path)
    node_id = node_id_of(old)
    key = old.public_key()
    if node_id is None or not isinstance(key, ec.EllipticCurvePublicKey):
        fault = Fault("it is no certificate of a node of this site", "issue a new one")
        raise InputError(path, fault)
    content = node_certificate(
        _signer(folder), key, node_id, name, hosts_of(old), days, now or datetime.now(UTC)
    )
    replace(path, content.public_bytes(Encoding.PEM), PUBLIC)
    return _issued(path, content)


def revoke(folder: Path, node_id: str) -> bool:
    """Shut a node out: take it off the list of those let in; whether it was on it.

    Raises
    ------
    ArgumentError
        The node id cannot be used.
    InputError
        There is no list.
    """
    return allow_list.remove(folder / ALLOW_LIST, checked_node_id(node_id))


def issued(folder: Path) -> tuple[Issued, ...]:
    """All certificates of a folder, by name.

    Raises
    ------
    InputError
        One of the files cannot be read.
    """
    paths = sorted((folder / _NODES).glob("*.pem"))
    return tuple(_issued(path, read_certificate(path)) for path in paths)


def credentials_of(folder: Path, node_id: str) -> Credentials:
    """The files that the end of a node's connections needs.

    Raises
    ------
    InputError
        The folder has no certificate for the node.
    """
    for candidate in issued(folder):
        if candidate.node_id == node_id.lower():
            return Credentials(folder / AUTHORITY, candidate.certificate, candidate.key)
    fault = Fault(
        f"it has no certificate for the node {node_id}",
        f"make one: clearway certs node {folder} {node_id} --name fusion --host ADDRESS",
    )
    raise InputError(folder, fault)


def _issued(path: Path, certificate: x509.Certificate) -> Issued:
    return Issued(
        name=path.stem,
        node_id=node_id_of(certificate),
        hosts=hosts_of(certificate),
        expires=certificate.not_valid_after_utc,
        certificate=path,
        key=path.with_suffix(".key"),
    )


def _signer(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's certificate and key."""
    certificate = read_certificate(folder / AUTHORITY)
    path = folder / _AUTHORITY_KEY
    key = read_key(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or (
        key.public_key() != certificate.public_key()
    ):
        problem = f"the key does not belong to {folder / AUTHORITY}"
        raise InputError(path, Fault(problem, "put the authority's own key back"))
    return certificate, key


def _write_pair(
    path: Path, key_path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    """Both files or none; an earlier file of either name stays as it is."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_new(key_path, pem, PRIVATE)
    try:
        write_new(path, certificate.public_bytes(Encoding.PEM), PUBLIC)
    except BaseException:
        with suppress(OSError):
            key_path.unlink()
        raise
