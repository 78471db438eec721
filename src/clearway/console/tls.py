"""TLS towards browsers, and the names under which they know the server."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from clearway.errors import Fault, InputError
from clearway.sapient.security.files import read_certificate, read_key
from clearway.sapient.security.identity import hosts_of

__all__ = ["browser_context", "certified_hosts"]


def browser_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Settings for an end that browsers connect to: TLS 1.3, and no certificate asked of them.

    People sign in instead; every browser since 2020 speaks TLS 1.3.

    Parameters
    ----------
    certificate, key : Path
        PEM files, as ``clearway certs`` makes them.

    Raises
    ------
    InputError
        A file cannot be used; it says which, why and what to do.
    """
    own = read_certificate(certificate)
    if own.public_key() != read_key(key).public_key():
        problem = f"the key does not belong to {certificate}"
        raise InputError(key, Fault(problem, "name the key that was made with the certificate"))
    if datetime.now(UTC) >= own.not_valid_after_utc:
        problem = f"it has expired on {own.not_valid_after_utc:%Y-%m-%d}"
        raise InputError(certificate, Fault(problem, "renew it: `clearway certs renew`"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    try:
        # Never asked for: without this OpenSSL would wait at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        remedy = "issue it anew with `clearway certs`"
        raise InputError(certificate, Fault(f"TLS cannot use it ({error})", remedy)) from None
    return context


def certified_hosts(certificate: Path) -> tuple[str, ...]:
    """Names and addresses that a certificate is good for.

    Raises
    ------
    InputError
        There is none: no browser would accept it.
    """
    hosts = hosts_of(read_certificate(certificate))
    if not hosts:
        remedy = "issue one with the server's name: `clearway certs site FOLDER --host NAME`"
        raise InputError(certificate, Fault("it names no host", remedy))
    return tuple(host.lower() for host in hosts)
