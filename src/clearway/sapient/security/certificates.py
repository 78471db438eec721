"""The content of certificates (RFC 5280), as the strict checks of OpenSSL want it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clearway.errors import ArgumentError, Fault, InputError
from clearway.sapient.security.identity import uri_of

__all__ = [
    "MOST_SERVER_DAYS",
    "authority_certificate",
    "node_certificate",
    "server_certificate",
]

_EARLY = timedelta(hours=1)
"""Certificates are valid from before their making, for nodes whose clocks are slow."""

MOST_SERVER_DAYS = 397
"""With the hour before its making still within the 398 days that browsers accept of public
authorities; of a site's own, Apple's devices accept 825 (support.apple.com/103769), and a server's
key that nobody misses should not be good for longer anyway."""


def authority_certificate(
    key: ec.EllipticCurvePrivateKey, site_name: str, days: int, now: datetime
) -> x509.Certificate:
    """A certificate that signs itself and issues those of nodes, not of further authorities."""
    name = _name(f"{site_name} authority")
    public_key = key.public_key()
    builder = _begun(name, name, public_key, now, now + _validity(days))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.sign(key, hashes.SHA256())


def node_certificate(
    signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    public_key: ec.EllipticCurvePublicKey,
    node_id: str,
    name: str,
    hosts: Sequence[str],
    days: int,
    now: datetime,
) -> x509.Certificate:
    """A node's certificate, for connecting, and with hosts for being connected to as well.

    Parameters
    ----------
    signer : (Certificate, EllipticCurvePrivateKey)
        The authority.
    public_key : EllipticCurvePublicKey
        The node's.
    node_id : str
    name : str
        For people.
    hosts : sequence of str
        DNS names and addresses.
    days : int
    now : datetime

    Raises
    ------
    ArgumentError
        A host is neither a DNS name nor an address, or ``days`` is no time.
    InputError
        The authority has expired.
    """
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri_of(node_id))]
    names += [_host(host) for host in hosts]
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if hosts:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    return _leaf(signer, public_key, name, names, purposes, now, _validity(days))


def server_certificate(
    signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    public_key: ec.EllipticCurvePublicKey,
    name: str,
    hosts: Sequence[str],
    days: int,
    now: datetime,
) -> x509.Certificate:
    """A certificate for being connected to by browsers, which is no node's.

    Parameters
    ----------
    signer, public_key, name, days, now
        As for `node_certificate`.
    hosts : sequence of str
        DNS names and addresses, at least one.

    Raises
    ------
    ArgumentError
        There is no host or one that is neither a DNS name nor an address, or ``days`` is no time
        or more than browsers accept.
    InputError
        The authority has expired.
    """
    if not hosts:
        remedy = "give each name and address that browsers open"
        raise ArgumentError("host", "no name or address is given", remedy)
    if days > MOST_SERVER_DAYS:
        problem = f"browsers refuse a certificate that is valid for {days} days"
        raise ArgumentError("days", problem, f"give at most {MOST_SERVER_DAYS}")
    names = [_host(host) for host in hosts]
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH]
    return _leaf(signer, public_key, name, names, purposes, now, _validity(days))


def _leaf(
    signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey],
    public_key: ec.EllipticCurvePublicKey,
    name: str,
    names: Sequence[x509.GeneralName],
    purposes: Sequence[x509.ObjectIdentifier],
    now: datetime,
    validity: timedelta,
) -> x509.Certificate:
    """A certificate that issues no others; it ends with the authority's at the latest."""
    authority, key = signer
    if now >= authority.not_valid_after_utc:
        problem = f"the authority has expired on {authority.not_valid_after_utc:%Y-%m-%d}"
        remedy = "make a new one in another folder: `clearway certs init`"
        raise InputError("authority.pem", Fault(problem, remedy))
    until = min(now + validity, authority.not_valid_after_utc)
    builder = _begun(authority.subject, _name(name), public_key, now, until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = builder.add_extension(issuer, critical=False)
    return builder.sign(key, hashes.SHA256())


def _begun(
    issuer: x509.Name,
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _validity(days: int) -> timedelta:
    if not 1 <= days <= 36_500:
        raise ArgumentError("days", f"{days} is no validity", "give 1 to 36500 days")
    return timedelta(days=days)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    labels = host.split(".")
    if host.isascii() and all(
        label.replace("-", "").isalnum() and len(label) < 64 for label in labels
    ):
        return x509.DNSName(host)
    problem = f"{host[:60]!r} is neither a DNS name nor an address"
    raise ArgumentError("host", problem, "give a name such as fusion.example, or an IP address")
