"""The bridges of `clearway serve`: from the site file's tables and the command line's addresses."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from clearway.cli.addresses import host_and_port
from clearway.errors import ArgumentError, ClearwayError, InputError
from clearway.site.lines import LineIndex
from clearway.site.schema import MqttBridge as MqttTable
from clearway.site.schema import TakBridge as TakTable

if TYPE_CHECKING:
    from clearway.bridges.bridge import AnyBridge
    from clearway.bridges.mqtt import MqttBridge
    from clearway.bridges.tak import TakBridge
    from clearway.site.schema import Site

__all__ = ["Wanted", "bridges_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bridges a service is to have."""

    site: Site
    path: Path
    """The site file; paths in its tables are relative to it."""
    text: str
    """What it holds."""
    mqtt: str | None = None
    """Address of a broker, instead of the site file's."""
    tak: str | None = None
    """Address for Cursor on Target, instead of the site file's."""
    cap: Path | None = None
    """Folder for CAP files."""


def bridges_of(wanted: Wanted, notice: Callable[[str], None]) -> tuple[AnyBridge, ...]:
    """Make the bridges that the site file or the command line asks for.

    Parameters
    ----------
    wanted : Wanted
    notice : callable
        Is told in one sentence of each way that is not protected.

    Raises
    ------
    ArgumentError
        An address on the command line cannot be used.
    InputError
        A table of the site file contradicts itself, or a file that it names cannot be used.
    OutputError
        There is no folder for CAP files.
    MissingExtraError
        The library of a bridge is not installed.
    """
    return tuple(_made(wanted, notice))


def _made(wanted: Wanted, notice: Callable[[str], None]) -> Iterator[AnyBridge]:
    service = wanted.site.service
    # An address alone is not validated as a table: what is wrong with it is said of the option.
    if wanted.mqtt is not None or service.mqtt is not None:
        mqtt = service.mqtt or MqttTable.model_construct(address=wanted.mqtt or "")
        yield _mqtt(wanted, mqtt, notice)
    if wanted.tak is not None or service.tak is not None:
        tak = service.tak or TakTable.model_construct(address=wanted.tak or "")
        yield _tak(wanted, tak, notice)
    if wanted.cap is not None:
        from clearway.bridges.cap import CapBridge, CapSettings
        from clearway.profile import site_node_id

        yield CapBridge(
            wanted.cap,
            CapSettings(
                # The protocol wants a name that no other sender in the world has.
                sender=f"urn:uuid:{site_node_id(wanted.site)}",
                area=wanted.site.name,
                drill=service.drill,
            ),
        )


def _mqtt(wanted: Wanted, table: MqttTable, notice: Callable[[str], None]) -> MqttBridge:
    from clearway.bridges.mqtt import MqttBridge, MqttSettings

    way = _Way(wanted, "mqtt", table, wanted.mqtt)
    host, port = way.address(lambda text: host_and_port(text, "address"))
    tls = way.tls()
    if tls is None:
        way.allow_plain(host, notice)
    if table.password_file is not None and table.username is None:
        raise way.wrong("password_file", "it belongs to no user", "add `username`")
    return MqttBridge(
        MqttSettings(
            wanted.site.name,
            host=host,
            port=port,
            tls=tls,
            allow_plain=table.plain,
            username=table.username,
            password=way.file("password_file", _password),
        )
    )


def _tak(wanted: Wanted, table: TakTable, notice: Callable[[str], None]) -> TakBridge:
    from clearway.bridges.cursor_on_target import EventSettings
    from clearway.bridges.place import Place
    from clearway.bridges.tak import TakBridge, TakSettings, parts_of

    way = _Way(wanted, "tak", table, wanted.tak)
    scheme, host, _ = way.address(parts_of)
    tls = way.tls()
    if scheme == "tls" and tls is None:
        raise way.wrong(
            "authority",
            "nothing says which server a tls:// address may be answered by",
            "name the PEM file of the authority that has issued the server's certificate",
        )
    if scheme != "tls":
        if tls is not None:
            remedy = "give a tls:// address, or leave `authority` out"
            raise way.wrong("authority", f"{scheme}:// is without TLS", remedy)
        way.allow_plain(host, notice)
    origin = wanted.site.origin
    events = EventSettings(
        drill=wanted.site.service.drill,
        site=Place(origin.latitude_deg, origin.longitude_deg, None, None, None),
    )
    return TakBridge(TakSettings(way.text, events, tls=tls, allow_plain=table.plain))


class _Way:
    """How a bridge reaches the other system: a table of the site file, or an address alone.

    Parameters
    ----------
    wanted : Wanted
    name : str
        Of the bridge, as the table and the option are called.
    table : MqttTable or TakTable
    address : str, optional
        From the command line, instead of the table's.
    """

    def __init__(
        self, wanted: Wanted, name: str, table: MqttTable | TakTable, address: str | None
    ) -> None:
        self._wanted = wanted
        self._name = name
        self._table = table
        self._given = address is not None
        self.text = table.address if address is None else address
        """The address."""

    def wrong(self, key: str, problem: str, remedy: str) -> ClearwayError:
        """What is wrong with a key of the table, or with the address that replaces its own."""
        if key == "address" and self._given:
            return ArgumentError(f"--{self._name}", problem, remedy)
        place = ("service", self._name, key)
        return InputError(
            self._wanted.path, LineIndex(self._wanted.text).fault(place, problem, remedy)
        )

    def address(self, read: Callable[[str], T]) -> T:
        """The parts of the address."""
        try:
            return read(self.text)
        except ArgumentError as error:
            raise self.wrong("address", error.fault.problem, error.fault.remedy) from None

    def allow_plain(self, host: str, notice: Callable[[str], None]) -> None:
        """Refuse a way without TLS that leaves the machine, or say so where it is wanted."""
        from clearway.bridges.content import is_this_machine

        if is_this_machine(host):
            return
        if not self._table.plain:
            raise self.wrong(
                "authority",
                f"the way to {host} would carry people's whereabouts unencrypted",
                f"add a table `[service.{self._name}]` with `authority`, the PEM file of whoever "
                "has issued the other system's certificate, or with `plain = true` for a network "
                "that is protected otherwise",
            )
        notice(f"people's whereabouts go to {self.text} unencrypted, as the site file allows")

    def tls(self) -> ssl.SSLContext | None:
        """Settings of the connection; None for one without TLS."""
        from clearway.sapient.security.files import read_certificates, read_key

        table = self._table
        if (table.certificate is None) != (table.key is None):
            missing, there = ("key", "certificate")[:: 1 if table.key is None else -1]
            remedy = f"add `{missing}`, or leave `{there}` out"
            raise self.wrong(there, f"it is of no use without `{missing}`", remedy)
        if table.authority is None:
            if table.certificate is not None:
                remedy = "add `authority`, by which the other system is known"
                raise self.wrong("certificate", "it is of no use without `authority`", remedy)
            return None
        if table.plain:
            problem = "`authority` is named, yet the connection is to be without TLS"
            raise self.wrong("plain", problem, "leave out `plain`, or `authority`")
        self.file("authority", read_certificates)
        context = ssl.create_default_context(cafile=self._path(table.authority))
        certificates = self.file("certificate", read_certificates)
        key = self.file("key", read_key)
        if certificates and key and table.certificate and table.key:
            if certificates[0].public_key() != key.public_key():
                remedy = "name the key that was made with the certificate"
                raise self.wrong("key", "it does not belong to `certificate`", remedy)
            try:
                context.load_cert_chain(self._path(table.certificate), self._path(table.key))
            except ssl.SSLError as error:
                problem = f"TLS cannot use it ({error.reason or error})"
                raise self.wrong("certificate", problem, "have it issued anew") from None
        return context

    def file(self, key: str, read: Callable[[Path], T]) -> T | None:
        """What a file that the table names holds; None where it names none."""
        name = getattr(self._table, key)
        if name is None:
            return None
        path = self._path(name)
        if not path.exists():
            remedy = "correct the path, which is relative to the site file"
            raise self.wrong(key, f"there is no file {path}", remedy)
        try:
            return read(path)
        except InputError as error:
            fault = error.faults[0]
            raise self.wrong(key, f"{path}: {fault.problem}", fault.remedy) from None

    def _path(self, name: str) -> Path:
        return self._wanted.path.parent / name


def _password(path: Path) -> str:
    """The password that a file holds: all of it but the end of the line."""
    from clearway.errors import Fault
    from clearway.site.reading import read_text

    password = read_text(path).rstrip("\r\n")
    if not password:
        raise InputError(path, Fault("it is empty", "write the password into it"))
    return password
