"""A control room with one account of each role, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient

from clearway.accounts import Invitations, Sessions, Users
from clearway.alarms.roles import Role
from clearway.audit import AuditLog
from clearway.console.app import build
from clearway.console.context import ConsoleContext
from clearway.console.security.authentication import request_token
from clearway.console.security.rates import Rates
from clearway.console.site_view import SiteView, site_view
from clearway.control_room.checks import DailyChecks
from clearway.control_room.measures import Measures
from clearway.control_room.numbers import PersonNumbers
from clearway.control_room.record import AlarmRecord
from clearway.control_room.room import ControlRoom
from clearway.control_room.sensors import SensorBoard
from clearway.control_room.tally import Tally
from clearway.history import TrackHistory
from clearway.site.schema import Site
from clearway.store.database import open_database
from tests.accounts.clock import PASSWORD, SECOND, START_NS, chance, code_at

__all__ = [
    "API",
    "COOKIE",
    "ORIGIN",
    "PASSWORD",
    "PLENTY",
    "SECOND",
    "Clock",
    "Room",
    "client_of",
    "problem_of",
    "proofs",
    "racing_client",
]

API = "/api/v1"
ORIGIN = "https://station.test"
COOKIE = "__Host-clearway_session"
PLENTY = Rates(
    requests_per_min=1e6,
    request_burst=10**6,
    sign_ins_per_min=1e6,
    sign_in_burst=10**6,
    attempts_per_min=1e6,
    attempt_burst=10**6,
    checks_per_min=1e6,
    check_burst=10**6,
)
"""For tests that are not about rates."""


@dataclass
class Clock:
    now_ns: int = START_NS

    def __call__(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)


@dataclass
class Room:
    """What a test needs of a control room."""

    context: ConsoleContext
    clock: Clock
    secrets: dict[str, str] = field(default_factory=dict)
    """Of the authenticators, by account; accounts are named after their roles."""

    @classmethod
    def open(
        cls, folder: Path, site: Site, rates: Rates = PLENTY, roles: Iterable[Role] = Role
    ) -> Room:
        clock = Clock()
        database = open_database(folder / "site.sqlite")
        audit = AuditLog(database, "hall", "0.1.0", random_bytes=chance(4))
        record = AlarmRecord(database, audit)
        checks = DailyChecks(database)
        context = ConsoleContext(
            users=Users(database, random_bytes=chance(1)),
            sessions=Sessions(database, random_bytes=chance(2)),
            invitations=Invitations(database, random_bytes=chance(3)),
            audit=audit,
            room=ControlRoom(record, clock, numbers=PersonNumbers(database)),
            board=SensorBoard(site, START_NS),
            measures=Measures(Tally(database), checks, record.opened_between),
            checks=checks,
            history=TrackHistory(folder / "tracks"),
            database=database,
            site=view_of(site),
            clock_ns=clock,
            random_bytes=chance(5),
            rates=rates,
        )
        room = cls(context, clock)
        for role in roles:
            room.add(role.value, role)
        return room

    def add(self, name: str, role: Role) -> None:
        now_ns = self.clock.now_ns
        _, secret = self.context.users.add(name, f"{name} P.", role, PASSWORD, now_ns=now_ns)
        self.secrets[name] = secret

    def session(self, name: str) -> str:
        """The token of a new session."""
        return self.context.sessions.open(name, now_ns=self.clock.now_ns)

    def credentials(self, name: str) -> dict[str, str]:
        """What somebody types to sign in."""
        code = code_at(self.secrets[name], self.clock.now_ns)
        return {"name": name, "password": PASSWORD, "code": code}

    def kinds(self) -> list[str]:
        """What the audit log says was done, without how it began."""
        return [record.kind for record in self.context.audit.records(2)]


def view_of(site: Site) -> SiteView:
    return site_view(site, simulated=True, languages=("en", "sr-Latn"))


def proofs(token: str) -> dict[str, str]:
    """Headers with which a page shows who it is."""
    return {"Cookie": f"{COOKIE}={token}", "X-CSRF-Token": request_token(token)}


def client_of(room: Room) -> TestClient[Any]:
    """A browser, which says where its pages come from."""
    application = build(room.context, [ORIGIN])
    client = TestClient(application, base_url=ORIGIN, raise_server_exceptions=False)
    client.headers["Origin"] = ORIGIN
    return client


def racing_client(room: Room, token: str) -> httpx.AsyncClient:
    """A browser with a session that asks for several things at once."""
    application: Any = build(room.context, [ORIGIN])
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(application),
        base_url=ORIGIN,
        headers=proofs(token) | {"Origin": ORIGIN},
    )


def problem_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The content of a refusal, which has the form of RFC 9457."""
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    return told
