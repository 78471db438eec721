"""Who may connect to the service: by certificate and list, or by network."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clearway.errors import Fault, InputError
from clearway.profile import site_node_id
from clearway.sapient.security import (
    ALLOW_LIST,
    AllowList,
    credentials_of,
    peer_node_id,
    permits_plain,
    server_context,
)
from clearway.site.schema import Site


@dataclass(frozen=True, slots=True)
class Admission:
    """What a `Server` asks of those who connect; see there."""

    permits_node: Callable[[str], bool]
    tls: ssl.SSLContext | None = None
    identify: Callable[[ssl.SSLObject], str | None] | None = None
    permits_host: Callable[[str], bool] | None = None


def certified(site: Site, folder: Path, on_notice: Callable[[str], None]) -> Admission:
    """By TLS: nodes with a certificate of the site's authority, while they are on its list.

    The list is read for each node that comes, so that one taken off it stays out from then on.

    Parameters
    ----------
    site : Site
    folder : Path
        The authority's.
    on_notice : callable
        Is told when the list cannot be read.

    Raises
    ------
    InputError
        The service has no certificate there, or the list cannot be read.
    """
    files = credentials_of(folder, site_node_id(site))
    tls = server_context(files.ca, files.certificate, files.key)
    path = folder / ALLOW_LIST
    AllowList.read(path)  # a list that cannot be read is told at the start

    def permits_node(node_id: str) -> bool:
        try:
            return AllowList.read(path).permits(node_id)
        except InputError as error:
            on_notice(f"nobody new is let in: {error}")
            return False

    return Admission(permits_node, tls, peer_node_id)


def uncertified(site: Site, host: str) -> Admission:
    """Without TLS: any node of the site, from this machine and the networks that the site names.

    Parameters
    ----------
    site : Site
    host : str
        Address to listen on.

    Raises
    ------
    InputError
        The site does not let anybody in this way, or not at this address.
    """
    service = site.service
    if not service.plain:
        raise InputError(
            site.name,
            Fault(
                "the site file names no certificates and does not let in connections without TLS",
                "make certificates with `clearway certs` and name their folder, or set "
                "`plain = true` for a machine or network of its own",
                "service.certificates",
            ),
        )
    check_plain(site, host, "the address to listen on")
    return Admission(
        permits_node=lambda _: True,
        permits_host=lambda peer: permits_plain(peer, service.plain_networks),
    )


def check_plain(site: Site, host: str, what: str) -> None:
    """Refuse a connection without TLS that leaves this machine and the networks that it may use.

    Parameters
    ----------
    site : Site
    host : str
        An address; a name is refused, since what it resolves to may change.
    what : str
        Whose address it is.

    Raises
    ------
    InputError
        Anybody on the way could read and forge what is sent there.
    """
    if not permits_plain(host, site.service.plain_networks):
        raise InputError(
            site.name,
            Fault(
                f"{what}, {host}, is neither this machine nor in a network named for connections "
                "without TLS",
                "use certificates (`clearway certs`), 127.0.0.1, or add the network of this "
                "address to `plain_networks`",
                "service.plain_networks",
            ),
        )
