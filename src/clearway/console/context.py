"""What the console's operations need of the station that they are part of."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clearway.accounts import Invitations, Recorder, Sessions, Users
from clearway.audit import AuditLog
from clearway.console.late_records import LateRecords
from clearway.console.live_sockets import LiveSockets
from clearway.console.security.rates import Rates
from clearway.console.site_view import SiteView
from clearway.control_room.checks import DailyChecks
from clearway.control_room.measures import Measures
from clearway.control_room.room import ControlRoom
from clearway.control_room.sensors import SensorBoard
from clearway.history import TrackHistory
from clearway.store.database import Database

__all__ = ["ConsoleContext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleContext:
    """What every operation may use; one for the whole server."""

    users: Users
    sessions: Sessions
    invitations: Invitations
    audit: AuditLog
    site: SiteView
    room: ControlRoom
    board: SensorBoard
    """How each sensor does."""
    measures: Measures
    """How many people, alarms, nuisance alarms."""
    measuring: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever asks the measures."""
    checks: DailyChecks
    history: TrackHistory
    """What the plan has shown."""
    database: Database
    """Of alarms, accounts, checks and the audit log."""
    clock_ns: Callable[[], int] = time.time_ns
    """UTC."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    """For the names of requests."""
    checkpoints: tuple[Path, Ed25519PublicKey] | None = None
    """Where the audit log's checkpoints are exported to, and the key that they are signed with."""
    rates: Rates = field(default_factory=Rates)
    sockets: LiveSockets = field(default_factory=LiveSockets)
    late: LateRecords = field(default_factory=LateRecords)
    """Of what has happened whether or not it can be recorded."""

    is_demonstration: bool = False
    demonstration: dict[str, str] = field(default_factory=dict)
    """Accounts of a demonstration, by the tokens of the links that lead to them."""

    @property
    def is_drill(self) -> bool:
        """Whether an exercise is going on."""
        return self.room.desk.drill is not None

    def recording(self, kind: str, actor: str, subject: str, payload: object = None) -> Recorder:
        """What adds a record to the audit log within the transaction of what it is about."""
        return partial(
            self.audit.add,
            kind=kind,
            actor=actor,
            subject=subject,
            payload=payload,
            time_ns=self.clock_ns(),
        )

    def keep_late_records(self) -> None:
        """Write down who has left, who was there and what they were shown; it waits for the disk.

        Raises
        ------
        OutputError
            The disk is full or gone; what waits goes on waiting.
        """
        self.sessions.delete_ended()
        self.late.keep(self.database, self.audit)

    def record(self, kind: str, actor: str, subject: str, payload: object = None) -> None:
        """Add a record of what changes nothing to the audit log; it waits for the disk.

        Raises
        ------
        OutputError
            The disk is full or gone.
        """
        self.audit.append(kind, actor, subject, payload, time_ns=self.clock_ns())
