"""From where connections without TLS are let in."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["permits_plain"]


def permits_plain(host: str, networks: Iterable[str | IPv4Network | IPv6Network] = ()) -> bool:
    """Whether a connection without TLS is let in from an address.

    SAPIENT itself has no encryption (BSI Flex 335 v2.0, 4.1), so anybody on the way can read and
    forge such a connection.  It is let in from the machine itself, and from networks that the
    site names because nobody else is on them.

    Parameters
    ----------
    host : str
        The peer's address as the socket gives it, or the one to listen on.  A host name is
        never let in: what it resolves to may change.
    networks : iterable of str or network
        Such as ``10.1.2.0/24``.

    Examples
    --------
    >>> permits_plain("127.0.0.1"), permits_plain("10.1.2.7")
    (True, False)
    >>> permits_plain("10.1.2.7", ["10.1.2.0/24"])
    True
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        # How a socket that serves both families shows an IPv4 peer.
        address = address.ipv4_mapped
    return address.is_loopback or any(address in ip_network(network) for network in networks)
