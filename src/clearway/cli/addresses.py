"""Addresses on the command line."""

from __future__ import annotations

from clearway.errors import ArgumentError


def host_and_port(text: str, option: str, lowest_port: int = 1) -> tuple[str, int]:
    """Split ``HOST:PORT``; an IPv6 address stands in brackets.

    Parameters
    ----------
    text : str
    option : str
        For messages.
    lowest_port : int
        0 where any free port will do.

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
    if (
        not (colon and host and port.isdecimal() and lowest_port <= int(port) < 65536)
        or "/" in host
    ):
        raise ArgumentError(option, f"{text!r} is no address", "give HOST:PORT")
    return host.strip("[]"), int(port)
