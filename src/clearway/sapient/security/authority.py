"""A site's own authority: certificates for its nodes and its console, without any service from
outside.

Keys are on the curve P-256.  TLS 1.3 makes it mandatory for everybody (RFC 8446, 9.1), and sensors'
TLS libraries, security chips and operating systems sign with it; Ed25519 is missing in many.

A folder holds::

    authority.pem          for every node: whom to trust
    authority.key          stays here
    allowed-nodes.txt      for the fusion node: whom to let in
    nodes/NAME.pem, .key   for the node of that name
    https/NAME.pem, .key   for the server of that name, to which browsers connect
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
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
from clearway.sapient.security.certificates import (
    MOST_SERVER_DAYS,
    authority_certificate,
    node_certificate,
    server_certificate,
)
from clearway.sapient.security.files import (
    PRIVATE,
    PUBLIC,
    make_folder,
    read_certificate,
    read_key,
    replace,
    write_new,
)
from clearway.sapient.security.folder import (
    ALLOW_LIST,
    AUTHORITY,
    HTTPS,
    NODES,
    Issued,
    issued,
    issued_as,
)
from clearway.sapient.security.identity import checked_node_id, hosts_of, node_id_of

__all__ = ["create_authority", "issue", "issue_site", "renew", "revoke"]

_AUTHORITY_KEY = "authority.key"

AUTHORITY_DAYS = 3650
"""Ten years: replacing an authority means visiting every node."""
NODE_DAYS = 730
"""Two years: a stolen key that nobody misses is worth no more than that."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}").fullmatch


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
    make_folder(folder / NODES)
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
    signer = _signer(folder)
    _refuse_taken(folder, name, node_id)
    key = ec.generate_private_key(ec.SECP256R1())
    content = node_certificate(
        signer, key.public_key(), node_id, name, hosts, days, now or datetime.now(UTC)
    )
    made = _written(folder / NODES / f"{name}.pem", key, content)
    allow_list.add(folder / ALLOW_LIST, node_id, name)
    return made


def issue_site(
    folder: Path,
    name: str,
    hosts: Sequence[str],
    *,
    days: int = MOST_SERVER_DAYS,
    now: datetime | None = None,
) -> Issued:
    """Make a key and a certificate for an HTTPS server of the site, as the console is.

    It is no node: it carries no node id, cannot be used for connecting, and does not come on the
    list of those let in.

    Parameters
    ----------
    folder : Path
        Of `create_authority`.
    name : str
        Of the files, for people.
    hosts : sequence of str
        DNS names and addresses that people open in a browser, at least one.
    days : int
        Validity, at most 397 days; it ends with the authority's at the latest.
    now : datetime, optional
        Start of validity; the clock's time without it.

    Raises
    ------
    ArgumentError
        The name, a host or the validity cannot be used.
    InputError
        There is no usable authority in the folder.
    OutputError
        The name has a certificate already, or the folder cannot be written.
    """
    signer = _signer(folder)
    _refuse_taken(folder, name)
    key = ec.generate_private_key(ec.SECP256R1())
    content = server_certificate(
        signer, key.public_key(), name, hosts, days, now or datetime.now(UTC)
    )
    return _written(folder / HTTPS / f"{name}.pem", key, content)


def renew(
    folder: Path, name: str, *, days: int | None = None, now: datetime | None = None
) -> Issued:
    """Issue a new certificate for the same key, node and hosts.

    The key stays where it is, so that only the certificate is to be copied to the node.  Whether
    the node is let in does not change.

    Parameters
    ----------
    folder : Path
        Of `create_authority`.
    name : str
        Of the files.
    days : int, optional
        Validity; two years for a node and 397 days for an HTTPS server without it.
    now : datetime, optional
        Start of validity; the clock's time without it.

    Raises
    ------
    ArgumentError
        ``days`` is no time, or too long for an HTTPS server.
    InputError
        There is no such certificate or no usable authority.
    OutputError
        The folder cannot be written.
    """
    path = folder / NODES / f"{name}.pem"
    server_path = folder / HTTPS / f"{name}.pem"
    for_https = server_path.exists() and not path.exists()
    path = server_path if for_https else path
    old = read_certificate(path)
    node_id, hosts, now = node_id_of(old), hosts_of(old), now or datetime.now(UTC)
    key = old.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or for_https != (node_id is None):
        fault = Fault("this site's authority has not issued it like this", "issue a new one")
        raise InputError(path, fault)
    signer = _signer(folder)
    if node_id is None:
        most = MOST_SERVER_DAYS if days is None else days
        content = server_certificate(signer, key, name, hosts, most, now)
    else:
        validity = NODE_DAYS if days is None else days
        content = node_certificate(signer, key, node_id, name, hosts, validity, now)
    replace(path, content.public_bytes(Encoding.PEM), PUBLIC)
    return issued_as(path, content)


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


def _refuse_taken(folder: Path, name: str, node_id: str | None = None) -> None:
    """Raise where the name cannot be that of a new certificate, or the node has one."""
    if not _NAME(name):
        problem = f"{name[:70]!r} cannot be the name of a file"
        raise ArgumentError("name", problem, "use up to 60 letters, digits, '-', '_' and '.'")
    for earlier in issued(folder):
        if name == earlier.name or (node_id is not None and node_id == earlier.node_id):
            remedy = f"renew it (clearway certs renew {folder} {earlier.name}), or remove its files"
            problem = f"{earlier.node_id or earlier.name} has a certificate already"
            raise OutputError(earlier.certificate, problem, remedy)


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


def _written(path: Path, key: ec.EllipticCurvePrivateKey, content: x509.Certificate) -> Issued:
    made = issued_as(path, content)
    make_folder(path.parent)
    _write_pair(path, made.key, key, content)
    return made


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
