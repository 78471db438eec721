"""What happens in the control room, told in its own event loop, as short words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient

from clearway.alarms import Actor, Role, TimePassed
from clearway.service.outputs import Observed
from tests.console.room import API, Room, proofs
from tests.control_room.alerts import alert_told

NEED_SEEN = ("acknowledge", "take-over", "hand-over", "dismiss", "resolve")
"""Acts that silence an alarm or judge it."""
WEB = Path(__file__).parents[2] / "web" / "src"


class Hall:
    """A control room with pages open in it.

    Parameters
    ----------
    client : TestClient
    room : Room
        Accounts are named after their roles.
    """

    def __init__(self, client: TestClient[Any], room: Room) -> None:
        self.client = client
        self.room = room
        self._headers: dict[str, dict[str, str]] = {}

    def happens(self, what: Observed) -> None:
        """The service shows something."""
        self.client.blocking_portal.call(self.room.context.room.observe, what)

    def alarm(self, alarm_id: str = "A", **what: Any) -> None:
        """An alert is told."""
        self.happens(alert_told(alarm_id, **what))

    def present(self, **people: Role) -> None:
        """These have a page open."""
        actors = [Actor(name, role) for name, role in people.items()]
        self.client.blocking_portal.call(self.room.context.room.people_are_present, actors)

    def pass_s(self, seconds: float) -> None:
        """Let time pass; whoever was signed in signs in again."""
        self.room.clock.pass_s(seconds)
        self._headers.clear()
        passed = TimePassed(time_ns=self.room.clock.now_ns)
        self.client.blocking_portal.call(self.room.context.room._take, passed)

    def keep(self) -> None:
        """Let what has happened reach the disk."""
        self.client.blocking_portal.call(self.room.context.room.close)

    def as_(self, name: str) -> dict[str, str]:
        """Headers of somebody who is signed in."""
        if name not in self._headers:
            self._headers[name] = proofs(self.room.session(name))
        return self._headers[name]

    def get(self, name: str, path: str) -> httpx.Response:
        return self.client.get(API + path, headers=self.as_(name))

    def post(self, name: str, path: str, body: object = None) -> httpx.Response:
        return self.client.post(API + path, headers=self.as_(name), json=body or {})

    def act(
        self, name: str, action: str, body: object = None, alarm_id: str = "A"
    ) -> dict[str, Any]:
        """The alarm after what somebody, who has seen it as it is, has done about it."""
        answer = self.post(
            name, f"/alarms/{alarm_id}/{action}", self.having_seen(action, body, alarm_id)
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def having_seen(
        self, action: str, body: object = None, alarm_id: str = "A"
    ) -> dict[str, object]:
        """What is sent with an act, and the version of the alarm where the act needs it."""
        said = dict(body) if isinstance(body, Mapping) else {}
        alarm = self.room.context.room.desk.alarms.get(alarm_id)
        if action in NEED_SEEN and alarm is not None:
            said.setdefault("seen", alarm.version)
        return said

    def seen_by(self, name: str, alarm_id: str = "A") -> dict[str, Any]:
        """The alarm as somebody is shown it."""
        answer = self.get(name, f"/alarms/{alarm_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def page_fields(interface: str) -> dict[str, bool]:
    """The fields of an interface of the pages, and whether each must be there."""
    source = (WEB / "api" / "types.ts").read_text()
    found = re.search(
        rf"^export interface {interface}(?: extends (\w+))? \{{\n(.*?)^\}}",
        source,
        re.DOTALL | re.MULTILINE,
    )
    assert found is not None, interface
    base, body = found.groups()
    own = {
        name: not optional for name, optional in re.findall(r"^  (\w+)(\??):", body, re.MULTILINE)
    }
    return (page_fields(base) if base else {}) | own


def assert_fits(told: Mapping[str, Any], interface: str) -> None:
    """What the server says has the fields that the pages read, and no others."""
    fields = page_fields(interface)
    assert set(told) <= set(fields), interface
    assert {name for name, needed in fields.items() if needed} <= set(told), interface


def page_texts(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((WEB / "i18n" / f"{language}.json").read_text())
    return texts
