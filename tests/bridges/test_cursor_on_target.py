"""Events as a phone reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import takproto  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from clearway.bridges.content import printable
from clearway.bridges.cursor_on_target import EventSettings, event_of
from clearway.bridges.place import Place, place_of
from clearway.errors import ArgumentError
from clearway.sapient.bindings import SapientMessage, content_of
from tests.bridges.messages import ALERT, PERSON, SECONDS, alert, person, somewhere, status

REAL = EventSettings(drill=False)
DRILL = EventSettings(drill=True)
NOW_NS = (SECONDS + 2) * 10**9 + 345_000_000
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def event(message: SapientMessage, settings: EventSettings = REAL) -> etree._Element:
    document = event_of(message, settings, NOW_NS)
    assert document is not None
    return etree.fromstring(document)


def only(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path)
    assert len(found) == 1, path
    return found[0]


def lasts(made: etree._Element) -> timedelta:
    times = (datetime.fromisoformat(made.get(name) or "") for name in ("start", "stale"))
    start, stale = times
    return stale - start


def test_a_person() -> None:
    made = event(person())
    assert made.get("type") == "a-u-G"
    assert made.get("uid") == f"clearway.{PERSON}"
    assert made.get("how") == "m-f"
    assert made.get("opex") == "o"
    assert made.get("start") == "2027-01-15T08:00:00.000Z"
    assert made.get("time") == "2027-01-15T08:00:02.345Z"
    assert made.get("stale") == "2027-01-15T08:00:10.000Z"
    point, place = only(made, "point"), place_of(somewhere())
    assert float(point.get("lat") or "") == pytest.approx(place.latitude_deg, abs=1e-7)
    assert float(point.get("lon") or "") == pytest.approx(place.longitude_deg, abs=1e-7)
    assert [point.get(name) for name in ("hae", "ce", "le")] == ["98.50", "0.50", "0.20"]
    track = only(made, "detail/track")
    assert (track.get("course"), track.get("speed")) == ("180.0", "1.50")


def test_what_a_person_may_carry_stands_in_detail_only() -> None:
    made = event(person())
    threat = only(made, "detail/clearway/threat")
    assert (threat.get("name"), threat.get("confidence")) == ("ConcealedFirearm", "0.250")
    assert dict(only(made, "detail/clearway/examined").attrib.items()) == {
        "by": "mic",
        "extent": "full",
    }
    made.remove(only(made, "detail"))
    certain = person()
    certain.detection_report.classification[0].sub_class[0].confidence = 1.0
    other = event(certain)
    other.remove(only(other, "detail"))
    assert etree.tostring(made) == etree.tostring(other)


def test_nobody_who_was_not_examined_has_a_threat() -> None:
    made = event(person(classification=[], object_info=[]))
    assert len(only(made, "detail/clearway")) == 0


def test_neither_evidence_nor_images_go_out() -> None:
    for message in (person(), alert()):
        document = event_of(message, REAL, NOW_NS) or b""
        assert b"llr" not in document
        assert b"site.example" not in document


def test_a_person_who_is_lost_is_out_of_date_at_once() -> None:
    assert lasts(event(person(state="lost"))) == timedelta(0)
    assert lasts(event(person())) == timedelta(seconds=10)


def test_what_is_unknown() -> None:
    message = person(location=somewhere(z=None, x_error=None, z_error=None))
    point = only(event(message), "point")
    assert [point.get(name) for name in ("hae", "ce", "le")] == ["9999999.0"] * 3


def test_an_alert() -> None:
    made = event(alert())
    assert made.get("type") == "a-s-G"
    assert made.get("uid") == f"clearway.{ALERT}"
    assert made.get("stale") == "2027-01-15T08:01:32.345Z"
    link = only(made, "detail/link")
    assert dict(link.attrib.items()) == {
        "uid": f"clearway.{PERSON}",
        "type": "a-u-G",
        "relation": "c-c",
    }
    assert only(made, "detail/remarks").text == "Firearm suspected, left hip (active)"
    own = only(made, "detail/clearway")
    assert dict(own.attrib.items()) == {"alert_id": ALERT, "state": "active", "confidence": "0.750"}


def test_an_alert_points_to_persons_and_not_to_what_sensors_detected() -> None:
    evidence = {"node_id": "2f0b6d3c-5a51-4c39-9d0e-6a1f4f7e9b10", "object_id": "01JA0SENSOR"}
    message = alert()
    message.alert.associated_detection.add(**evidence)
    assert only(event(message), "detail/link").get("uid") == f"clearway.{PERSON}"


@pytest.mark.parametrize("location", [None, somewhere(utm_zone="?")], ids=["missing", "unusable"])
def test_an_alert_without_a_place_is_drawn_at_the_site(location: object) -> None:
    site = Place(41.9, 12.5, None, None, None)
    made = event(alert(location=location), EventSettings(drill=False, site=site))
    point = only(made, "point")
    assert (point.get("lat"), point.get("lon")) == ("41.9000000", "12.5000000")
    assert point.get("ce") == "9999999.0"
    assert (only(made, "detail/remarks").text or "").endswith("(active, place unknown)")
    known = event(alert(), EventSettings(drill=False, site=site))
    assert etree.tostring(known) == etree.tostring(event(alert()))


def test_an_alert_of_unknown_confidence() -> None:
    assert only(event(alert(confidence=None)), "detail/clearway").get("confidence") is None


@pytest.mark.parametrize("state", ["CLEAR", "REJECT", "IGNORE"])
def test_an_alert_that_has_ended_is_out_of_date_at_once(state: str) -> None:
    made = event(alert(status=f"ALERT_STATUS_{state}"))
    assert made.get("stale") == made.get("time")
    assert (only(made, "detail/remarks").text or "").endswith(f"({state.lower()})")


def test_a_drill_says_so() -> None:
    made = event(alert(), DRILL)
    assert made.get("opex") == "e"
    assert (only(made, "detail/remarks").text or "").startswith("DRILL. ")
    for message in (alert(), person()):
        callsign = only(event(message, DRILL), "detail/contact").get("callsign") or ""
        assert callsign.startswith("DRILL ")


@pytest.mark.parametrize(
    "message", [status(), alert(alert_type="ALERT_TYPE_FATAL")], ids=content_of
)
def test_what_guards_have_no_use_for(message: SapientMessage) -> None:
    assert event_of(message, REAL, NOW_NS) is None


@pytest.mark.parametrize(
    "message",
    [alert(location=None), alert(""), person("")],
    ids=["no place", "no alert id", "no person id"],
)
def test_without_a_place_or_an_id_there_is_no_event(message: SapientMessage) -> None:
    with pytest.raises(ArgumentError):
        event_of(message, REAL, NOW_NS)


def test_numbers_have_no_exponent() -> None:
    system = "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"
    tiny = somewhere(x=1e-7, y=-1e-7, x_error=1e-9, y_error=1e-9, coordinate_system=system)
    point = only(event(person(location=tiny)), "point")
    assert all(re.fullmatch(r"-?\d+\.\d+", str(value)) for value in point.attrib.values())


@given(text=TEXT, identity=TEXT.filter(bool))
def test_any_text_is_escaped(text: str, identity: str) -> None:
    document = event_of(alert(identity, description=text), REAL, NOW_NS)
    assert document is not None
    assert document.count(b"</event>") == 1  # where a receiver cuts the stream
    made = etree.fromstring(document)
    assert only(made, "detail/remarks").text == printable(f"{text} (active)")
    assert only(made, "detail/clearway").get("alert_id") == printable(identity)


@pytest.mark.parametrize("message", [person(), alert(description="<&>")], ids=content_of)
def test_the_protobuf_form_says_the_same(message: SapientMessage) -> None:
    document = event_of(message, REAL, NOW_NS)
    assert document is not None
    packed = takproto.xml2proto(document, takproto.TAKProtoVer.MESH)
    read = takproto.parse_proto(packed).cotEvent
    made = etree.fromstring(document)
    assert (read.type, read.uid, read.how) == (made.get("type"), made.get("uid"), "m-f")
    assert read.lat == float(only(made, "point").get("lat") or "")
    assert read.sendTime == NOW_NS // 10**6
    assert "<clearway" in read.detail.xmlDetail
