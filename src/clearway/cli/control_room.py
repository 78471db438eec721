"""The control room of a service, as the command line asks for it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from clearway.cli.addresses import host_and_port

if TYPE_CHECKING:
    from clearway.console.station import StationSettings
    from clearway.site.schema import Site


def settings_of(
    site: Site, site_file: Path, folder: Path, address: str | None, terminal: Console
) -> StationSettings:
    """What the site file says, unless the command line says otherwise.

    Parameters
    ----------
    site : Site
    site_file : Path
        Relative paths in it are relative to its folder.
    folder : Path
        Of the service's log.
    address : str, optional
        ``HOST:PORT`` to serve the pages on.
    terminal : Console
        Is told where they are.

    Raises
    ------
    ArgumentError
        The address is none, or others than this machine would be served without TLS.
    """
    from clearway.console.server import ServerSettings
    from clearway.console.station import StationSettings

    wanted = site.service.console
    host, port = (
        (wanted.host, wanted.port)
        if address is None
        else host_and_port(address, "--console", lowest_port=0)
    )
    credentials = None
    if wanted.certificate is not None and wanted.key is not None:
        credentials = site_file.parent / wanted.certificate, site_file.parent / wanted.key

    server = ServerSettings(host=host, port=port, credentials=credentials)
    with suppress(OSError):  # a name that nobody knows is told when it is listened on
        server.place()

    def show_address(found: str) -> None:
        terminal.print(f"Console: {found}", highlight=False, soft_wrap=True)

    def show_link(link: str) -> None:
        terminal.print(
            f"Nobody administers this station yet. Open once, within a day: {link}",
            highlight=False,
            soft_wrap=True,
        )

    return StationSettings(
        site=site,
        folder=folder,
        simulated=False,
        database=wanted.database,
        checkpoints=None if wanted.checkpoints is None else site_file.parent / wanted.checkpoints,
        server=server,
        on_address=show_address,
        on_first_admin=show_link,
    )
