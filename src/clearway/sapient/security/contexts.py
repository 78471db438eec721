"""TLS 1.3 with certificates on both sides, and what it means when a handshake fails.

Only TLS 1.3: there is no older peer to please, since SAPIENT has no TLS at all, and with it go all
negotiable weaknesses.  Under it a client learns that its certificate was refused only after its
own handshake has succeeded: the connection ends at the first read.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from clearway.errors import Fault, InputError
from clearway.sapient.security.files import read_certificate, read_certificates, read_key
from clearway.sapient.security.folder import credentials_of

__all__ = ["client_context", "handshake_problem", "node_context", "server_context"]

_PROBLEMS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it has shown no certificate",
    "UNSUPPORTED_PROTOCOL": "it does not speak TLS 1.3",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it refuses TLS 1.3",
    "WRONG_VERSION_NUMBER": "it does not speak TLS",
    "HTTP_REQUEST": "it speaks HTTP, not SAPIENT",
    "PACKET_LENGTH_TOO_LONG": "it does not speak TLS",
    "RECORD_LAYER_FAILURE": "it does not speak TLS",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it asks for a certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "it does not know the authority of the certificate shown to it",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "it says that the certificate shown to it has expired",
    "SSLV3_ALERT_BAD_CERTIFICATE": "it refuses the certificate shown to it",
}
"""What OpenSSL's reasons mean, seen from one end; "it" is the other."""

_OTHER_AUTHORITY = range(18, 22)
"""OpenSSL's codes for a chain that ends elsewhere, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT to
X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE."""


def server_context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Settings for the end that listens: every peer must show a certificate of the authority.

    Parameters
    ----------
    ca : Path
        PEM file with the authority's certificate, or several while one replaces another.
    certificate, key : Path
        PEM files of this end.

    Raises
    ------
    InputError
        A file cannot be used; it says which, why and what to do.
    """
    context = _context(ssl.PROTOCOL_TLS_SERVER, ca, certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session skips the certificates, so a node would outlive its own.
    context.num_tickets = 0
    return context


def client_context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Settings for the end that connects; the server's name or address must be in its certificate.

    Parameters
    ----------
    ca : Path
        PEM file with the authority's certificate, or several while one replaces another.
    certificate, key : Path
        PEM files of this end.

    Raises
    ------
    InputError
        A file cannot be used; it says which, why and what to do.
    """
    return _context(ssl.PROTOCOL_TLS_CLIENT, ca, certificate, key)


def node_context(folder: Path | None, node_id: str) -> ssl.SSLContext | None:
    """Settings with which a node of a site connects.

    Parameters
    ----------
    folder : Path or None
        Of the site's authority; None for a connection without TLS.
    node_id : str
        Whose certificate of that folder is shown.

    Raises
    ------
    InputError
        The folder has no certificate for the node, or a file cannot be used.
    """
    if folder is None:
        return None
    files = credentials_of(folder, node_id)
    return client_context(files.ca, files.certificate, files.key)


def handshake_problem(error: Exception) -> str:
    """Why a handshake failed, in words for a log; "it" is the peer.

    Parameters
    ----------
    error : Exception
        What the handshake, or the first read after it, has raised.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_AUTHORITY:
            return "its certificate was refused: another authority has issued it"
        return f"its certificate was refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None)  # absent where not raised by OpenSSL
        return _PROBLEMS.get(reason or "", f"TLS failed ({reason or error})")
    if isinstance(error, TimeoutError):
        return "it has not finished the handshake in time"
    if isinstance(error, ConnectionError | EOFError):
        return "it has closed the connection"
    return str(error) or type(error).__name__


def _context(protocol: int, ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    authorities = read_certificates(ca)
    _check(authorities, certificate, key)
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(ca)
        # Never asked for: without this OpenSSL would wait at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        remedy = "issue it anew with `clearway certs`"
        raise InputError(certificate, Fault(f"TLS cannot use it ({error})", remedy)) from None
    return context


def _check(authorities: list[x509.Certificate], certificate: Path, key: Path) -> None:
    """Find what the ssl module would only say at the first handshake, or not at all."""
    own = read_certificate(certificate)
    if own.public_key() != read_key(key).public_key():
        problem = f"the key does not belong to {certificate}"
        raise InputError(key, Fault(problem, "name the key that was made with the certificate"))
    if not any(_has_issued(authority, own) for authority in authorities):
        problem = f"the authority has not issued it; {_name(own.issuer)} has"
        remedy = "name the certificate of that authority, or issue this one anew"
        raise InputError(certificate, Fault(problem, remedy))
    now = datetime.now(UTC)
    if now >= own.not_valid_after_utc:
        problem = f"it has expired on {own.not_valid_after_utc:%Y-%m-%d}"
        raise InputError(certificate, Fault(problem, "renew it: `clearway certs renew`"))
    if now < own.not_valid_before_utc:
        problem = f"it is not valid before {own.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        raise InputError(certificate, Fault(problem, "check this machine's clock"))


def _has_issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _name(name: x509.Name) -> str:
    return repr(name.rfc4514_string()[:80])
