"""What lies where in a site's folder of certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from clearway.errors import Fault, InputError
from clearway.sapient.security.files import read_certificate
from clearway.sapient.security.identity import hosts_of, node_id_of

__all__ = [
    "ALLOW_LIST",
    "AUTHORITY",
    "HTTPS",
    "NODES",
    "Credentials",
    "Issued",
    "credentials_of",
    "issued",
    "issued_as",
]

AUTHORITY = "authority.pem"
ALLOW_LIST = "allowed-nodes.txt"
NODES = "nodes"
HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate of a site's folder."""

    name: str
    """The file's name without suffix."""
    node_id: str | None
    """None for a certificate that names no node, as that of an HTTPS server."""
    hosts: tuple[str, ...]
    """Names and addresses under which others may connect to it; empty for a sensor."""
    expires: datetime
    """UTC."""
    certificate: Path
    """PEM."""
    key: Path
    """PEM, for its owner's eyes only."""

    @property
    def for_https(self) -> bool:
        """Whether it is for a server that browsers connect to, and so for no node."""
        return self.certificate.parent.name == HTTPS


@dataclass(frozen=True, slots=True)
class Credentials:
    """The three files that one end of a connection needs."""

    ca: Path
    certificate: Path
    key: Path


def issued(folder: Path) -> tuple[Issued, ...]:
    """All certificates of a folder, by name.

    Raises
    ------
    InputError
        One of the files cannot be read.
    """
    paths = [path for place in (NODES, HTTPS) for path in (folder / place).glob("*.pem")]
    paths.sort(key=lambda path: path.stem)
    return tuple(issued_as(path, read_certificate(path)) for path in paths)


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


def issued_as(path: Path, certificate: x509.Certificate) -> Issued:
    """What a certificate says that lies, or will lie, in a file."""
    return Issued(
        name=path.stem,
        node_id=node_id_of(certificate),
        hosts=hosts_of(certificate),
        expires=certificate.not_valid_after_utc,
        certificate=path,
        key=path.with_suffix(".key"),
    )
