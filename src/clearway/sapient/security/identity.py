"""The node id in a certificate: a subject alternative name ``URI:urn:uuid:...``.

A URI, because a UUID is no host name, and because the subject's common name is not made for
machines to compare (RFC 6125).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from cryptography import x509

from clearway.errors import ArgumentError

__all__ = ["checked_node_id", "hosts_of", "node_id_of", "peer_node_id", "uri_of"]

_PREFIX = "urn:uuid:"
_NAMES_FIELD = "subjectAltName"


def checked_node_id(text: str) -> str:
    """A node id in lower case with hyphens.

    Raises
    ------
    ArgumentError
        It is no UUID of version 4, which node ids are (BSI Flex 335 v2.0, 6.2.4).
    """
    node_id = _uuid(text)
    if node_id is None or UUID(node_id).version != 4:
        raise ArgumentError(
            "node_id",
            f"{text[:60]!r} is no UUID of version 4",
            "give the node's own id, or let `clearway certs node --new` make one",
        )
    return node_id


def uri_of(node_id: str) -> str:
    """How a certificate names a node."""
    return f"{_PREFIX}{node_id}"


def node_id_of(certificate: Mapping[str, Any] | bytes | x509.Certificate | None) -> str | None:
    """The node that a certificate belongs to, in lower case.

    Parameters
    ----------
    certificate : mapping, bytes, Certificate or None
        As `ssl.SSLSocket.getpeercert` gives it, as a mapping or in DER form, or as the
        ``cryptography`` package reads it.  Whether it is valid is for TLS to say.

    Returns
    -------
    str or None
        None where the certificate names no node or more than one.
    """
    if certificate is None:
        return None
    if isinstance(certificate, bytes):
        try:
            certificate = x509.load_der_x509_certificate(certificate)
        except ValueError:
            return None
    if isinstance(certificate, x509.Certificate):
        uris: Iterable[str] = _names(certificate).get_values_for_type(
            x509.UniformResourceIdentifier
        )
    else:
        uris = [value for kind, value in certificate.get(_NAMES_FIELD, ()) if kind == "URI"]
    found = {
        node_id
        for uri in uris
        if uri.lower().startswith(_PREFIX) and (node_id := _uuid(uri[len(_PREFIX) :])) is not None
    }
    return found.pop() if len(found) == 1 else None


def peer_node_id(connection: ssl.SSLObject) -> str | None:
    """The node id in the certificate that the other end of a TLS connection has shown."""
    return node_id_of(connection.getpeercert(binary_form=True))


def hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Host names and addresses that a certificate is good for."""
    names = _names(certificate)
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def _names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):  # ValueError: an extension that is garbled
        return x509.SubjectAlternativeName([])


def _uuid(text: str) -> str | None:
    """The one usual spelling of a UUID; None for anything else, `UUID` itself accepts much."""
    try:
        usual = str(UUID(text))
    except ValueError:
        return None
    return usual if usual == text.strip().lower() else None
