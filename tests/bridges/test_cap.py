"""Files that the schema of OASIS accepts, and what they say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from clearway.bridges import cap_folder
from clearway.bridges.bridge import Pace
from clearway.bridges.cap import CapBridge, CapSettings
from clearway.bridges.cap_message import NAMESPACE, cap_document, reference, said_by
from clearway.bridges.content import printable
from clearway.bridges.place import place_of
from clearway.errors import ArgumentError, OutputError
from clearway.sapient.bindings import SapientMessage
from clearway.store.atomic import atomic_write
from tests.bridges.messages import ALERT, SECONDS, alert, person, somewhere, status
from tests.bridges.servers import running, until

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "CAP-v1.2.xsd"))
REAL = CapSettings(sender="clearway@station.example", area="Concourse", drill=False)
DRILL = CapSettings(sender="clearway@station.example", area="Concourse", drill=True)
PACE = Pace(first_retry_s=0.01, last_retry_s=0.02)
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def valid(document: bytes) -> etree._Element:
    root = etree.fromstring(document)
    SCHEMA.assertValid(root)
    return root


def text(root: etree._Element, path: str) -> str | None:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    found = root.findall(steps)
    assert len(found) <= 1
    return found[0].text if found else None


def document(
    message: SapientMessage,
    settings: CapSettings = REAL,
    kind: str = "Alert",
    references: Sequence[str] = (),
) -> etree._Element:
    said = said_by(message, settings)
    return valid(cap_document(said, settings, f"{ALERT}-1", kind, references))


def test_an_alert() -> None:
    root = document(alert())
    expected = {
        "identifier": f"{ALERT}-1",
        "sender": "clearway@station.example",
        "sent": "2027-01-15T08:00:00-00:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Restricted",
        "references": None,
        "note": None,
        "info/category": "Security",
        "info/responseType": "Assess",
        "info/urgency": "Immediate",
        "info/severity": "Extreme",
        "info/certainty": "Likely",
        "info/expires": "2027-01-15T09:00:00-00:00",
        "info/headline": "Suspected concealed threat (active)",
        "info/description": "Firearm suspected, left hip",
        "info/area/areaDesc": "Concourse",
    }
    assert {path: text(root, path) for path in expected} == expected
    assert text(root, "restriction")


def test_the_area_is_a_circle_in_kilometres() -> None:
    place = place_of(somewhere())
    centre = f"{place.latitude_deg:.6f},{place.longitude_deg:.6f}"
    assert text(document(alert()), "info/area/circle") == f"{centre} 0.010"
    vague = alert(location=somewhere(x_error=30.0, y_error=40.0))
    assert text(document(vague), "info/area/circle") == f"{centre} 0.100"


@pytest.mark.parametrize("location", [None, somewhere(utm_zone="?")], ids=["missing", "unusable"])
def test_an_alert_without_a_place_is_still_an_alert(location: object) -> None:
    root = document(alert(location=location))
    assert text(root, "info/area/areaDesc") == "Concourse"
    assert text(root, "info/area/circle") is None


@pytest.mark.parametrize(
    ("priority", "urgency", "severity"),
    [
        ("HIGH", "Immediate", "Extreme"),
        ("MEDIUM", "Expected", "Severe"),
        ("LOW", "Expected", "Moderate"),
        ("UNSPECIFIED", "Unknown", "Unknown"),
    ],
)
def test_priority(priority: str, urgency: str, severity: str) -> None:
    root = document(alert(priority=f"DISCRETE_PRIORITY_{priority}"))
    assert (text(root, "info/urgency"), text(root, "info/severity")) == (urgency, severity)


@pytest.mark.parametrize(
    ("confidence", "certainty"),
    [(1.0, "Likely"), (0.51, "Likely"), (0.5, "Possible"), (0.0, "Possible"), (None, "Unknown")],
)
def test_certainty(confidence: float | None, certainty: str) -> None:
    assert text(document(alert(confidence=confidence)), "info/certainty") == certainty


def test_a_drill_cannot_be_taken_for_the_real_thing() -> None:
    root = document(alert(), DRILL)
    assert text(root, "status") == "Exercise"
    assert text(root, "note")
    assert (text(root, "info/headline") or "").startswith("DRILL: ")
    assert (text(root, "info/description") or "").startswith("DRILL: ")


@given(description=TEXT, area=TEXT, event=TEXT, instruction=TEXT)
def test_any_text_is_valid_and_reads_back(
    description: str, area: str, event: str, instruction: str
) -> None:
    settings = CapSettings(
        sender="s", area=area, drill=False, event=event, instruction=instruction, restriction=area
    )
    root = document(alert(description=description), settings)
    assert text(root, "info/description") == (printable(description or event) or None)
    assert text(root, "info/area/areaDesc") == (printable(area) or None)


@pytest.mark.parametrize("sender", ["", "a b", "a,b", "a<b", "a&b", "a\nb"])
def test_a_sender_that_would_break_references(sender: str) -> None:
    with pytest.raises(ArgumentError, match="sender"):
        CapSettings(sender=sender, area="Concourse", drill=True)


def test_the_schema_is_not_blind() -> None:
    root = document(alert())
    root.remove(root[0])
    assert not SCHEMA.validate(root)


def written(folder: Path) -> list[etree._Element]:
    files = sorted(folder.iterdir(), key=lambda path: int(path.stem.rpartition("-")[2]))
    return [valid(path.read_bytes()) for path in files]


def tell(folder: Path, messages: Sequence[SapientMessage]) -> list[etree._Element]:
    """What a bridge writes that is given one message after the other."""

    async def story() -> None:
        bridge = CapBridge(folder, DRILL, PACE)
        async with running(bridge):
            for number, message in enumerate(messages, 1):
                bridge.offer(message)
                await until(lambda number=number: bridge.state.sent == number)  # type: ignore[misc]
        assert bridge.state.last_error is None

    asyncio.run(story())
    return written(folder)


def test_the_life_of_an_alert(tmp_path: Path) -> None:
    files = tell(
        tmp_path,
        [
            alert(),
            alert(seconds=SECONDS + 1),  # says nothing new
            alert(status="ALERT_STATUS_ACKNOWLEDGE", seconds=SECONDS + 5),
            alert(status="ALERT_STATUS_CLEAR", seconds=SECONDS + 60),
        ],
    )
    assert [text(root, "msgType") for root in files] == ["Alert", "Update", "Cancel"]
    assert [text(root, "identifier") for root in files] == [f"{ALERT}-{n}" for n in (1, 2, 3)]
    first, second = (
        f"clearway@station.example,{ALERT}-{number},2027-01-15T08:00:0{second}-00:00"
        for number, second in ((1, 0), (2, 5))
    )
    assert [text(root, "references") for root in files] == [None, first, f"{first} {second}"]
    assert text(files[2], "info/responseType") == "AllClear"
    assert text(files[2], "info/urgency") == "Past"


def test_a_rejected_alert_is_cancelled_once(tmp_path: Path) -> None:
    files = tell(
        tmp_path, [alert(), alert(status="ALERT_STATUS_REJECT"), alert(status="ALERT_STATUS_CLEAR")]
    )
    assert [text(root, "msgType") for root in files] == ["Alert", "Cancel"]


@pytest.mark.parametrize(("east_m", "files"), [(20.0, 1), (30.0, 2)])
def test_steps_make_no_new_file_and_a_walk_does(tmp_path: Path, east_m: float, files: int) -> None:
    moved = alert(location=somewhere(x=291_000.0 + east_m))
    assert len(tell(tmp_path, [alert(), moved])) == files


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "Explosives suspected"},
        {"priority": "DISCRETE_PRIORITY_MEDIUM"},
        {"confidence": 0.1},
        {"location": None},
    ],
)
def test_what_says_something_new_makes_a_file(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert len(tell(tmp_path, [alert(), alert(**changes)])) == 2


@pytest.mark.parametrize(
    "message",
    [
        person(),
        status(),
        alert(alert_type="ALERT_TYPE_FATAL"),
        alert(status="ALERT_STATUS_CLEAR"),
    ],
    ids=["person", "status", "about a node", "cleared before anybody was told"],
)
def test_what_makes_no_file(tmp_path: Path, message: SapientMessage) -> None:
    assert tell(tmp_path, [message]) == []


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    tell(tmp_path, [alert()])
    before = (tmp_path / f"{ALERT}-1.xml").read_bytes()
    files = tell(tmp_path, [alert(description="after a restart")])
    assert [text(root, "identifier") for root in files] == [f"{ALERT}-1", f"{ALERT}-2"]
    assert (tmp_path / f"{ALERT}-1.xml").read_bytes() == before


def test_after_a_restart_an_alert_goes_on_where_its_files_end(tmp_path: Path) -> None:
    tell(tmp_path, [alert(), alert(priority="DISCRETE_PRIORITY_LOW", seconds=SECONDS + 5)])
    files = tell(tmp_path, [alert(seconds=SECONDS + 30), alert(status="ALERT_STATUS_CLEAR")])
    assert [text(root, "msgType") for root in files] == ["Alert", "Update", "Update", "Cancel"]
    ids = [
        f"clearway@station.example,{ALERT}-{number},2027-01-15T08:00:{second}-00:00"
        for number, second in ((1, "00"), (2, "05"), (3, "30"))
    ]
    assert [text(root, "references") for root in files[2:]] == [" ".join(ids[:2]), " ".join(ids)]


def test_after_a_restart_an_alert_that_is_over_is_cancelled(tmp_path: Path) -> None:
    tell(tmp_path, [alert()])
    files = tell(tmp_path, [alert(status="ALERT_STATUS_CLEAR")])
    assert [text(root, "msgType") for root in files] == ["Alert", "Cancel"]
    assert len(tell(tmp_path, [alert(status="ALERT_STATUS_CLEAR")])) == 2


@pytest.mark.parametrize("content", [b"", b"<alert", b"<other/>"])
def test_what_else_lies_in_the_folder_is_referred_to_by_nobody(
    tmp_path: Path, content: bytes
) -> None:
    stranger = tmp_path / f"{ALERT}-1.xml"
    stranger.write_bytes(content)

    async def story() -> None:
        async with running(bridge := CapBridge(tmp_path, DRILL, PACE)):
            bridge.offer(alert())
            await until(lambda: bridge.state.sent == 1)

    asyncio.run(story())
    assert stranger.read_bytes() == content
    root = valid((tmp_path / f"{ALERT}-2.xml").read_bytes())
    assert (text(root, "msgType"), text(root, "references")) == ("Alert", None)


def test_a_folder_that_hangs_holds_up_one_thread_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a network folder does whose server is gone; afterwards every file is there once."""
    released = threading.Event()
    hanging: list[str] = []

    @contextmanager
    def stuck(path: Path) -> Iterator[Path]:
        hanging.append(path.name)
        released.wait()
        with atomic_write(path) as temporary:
            yield temporary

    monkeypatch.setattr(cap_folder, "atomic_write", stuck)

    async def story() -> None:
        pace = Pace(send_timeout_s=0.02, first_retry_s=0.01, last_retry_s=0.01)
        bridge = CapBridge(tmp_path, DRILL, pace)
        threads = threading.active_count()
        async with running(bridge):
            bridge.offer(alert())
            attempts = 0
            while attempts < 20:  # the loop goes on
                attempts += 1
                await asyncio.sleep(0.01)
            assert "TimeoutError" in (bridge.state.last_error or "")
            assert hanging == [f"{ALERT}-1.xml"]
            assert threading.active_count() == threads + 1
            assert bridge.state.sent == 0
            released.set()
            await until(lambda: bridge.state.sent == 1)

    asyncio.run(story())
    assert [text(root, "msgType") for root in written(tmp_path)] == ["Alert"]


@pytest.mark.parametrize("identity", ["", "../../etc/x", "a b", "a,b", "é"])
def test_an_id_that_is_none_names_no_file(tmp_path: Path, identity: str) -> None:
    async def story() -> None:
        bridge = CapBridge(tmp_path, DRILL, PACE)
        async with running(bridge):
            bridge.offer(alert(identity))
            await until(lambda: bridge.state.refused == 1)

    asyncio.run(story())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_vanishes_delays_an_alert_and_loses_none(tmp_path: Path) -> None:
    folder = tmp_path / "alerts"
    folder.mkdir()

    async def story() -> None:
        bridge = CapBridge(folder, DRILL, PACE)
        folder.rmdir()
        async with running(bridge):
            bridge.offer(alert())
            await until(lambda: "create the folder first" in (bridge.state.last_error or ""))
            folder.mkdir()
            await until(lambda: bridge.state.sent == 1)

    asyncio.run(story())
    assert [text(root, "msgType") for root in written(folder)] == ["Alert"]


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        CapBridge(tmp_path / "missing", DRILL)


def test_references_name_sender_identifier_and_time() -> None:
    said = said_by(alert(), REAL)
    assert reference(said, REAL, "x-1") == "clearway@station.example,x-1,2027-01-15T08:00:00-00:00"
