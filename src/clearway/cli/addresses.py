"""Addresses on the command line."""

from __future__ import annotations

from clearway.errors import ArgumentError


def host_and_port(text: str, option: str) -> tuple[str, int]:
    """Split ``HOST:PORT``; an IPv6 address stands in brackets.

    Raises
    ------
    ArgumentError
        It is no such thing.

    Examples
    --------
    >>> host_and_port("[::1]:5020", "--connect")
    ('::1', 5020)
    """
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and 0 < int(port) < 65536) or "/" in host:
        raise ArgumentError(option, f"{text!r} is no address", "give HOST:PORT")
    return host.strip("[]"), int(port)
