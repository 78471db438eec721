"""What is published and where; the real broker is in ``test_mqtt_broker``."""

from __future__ import annotations

import asyncio
import json
import string

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from clearway.bridges.bridge import Pace
from clearway.bridges.mqtt import MQTT_PACE, MqttBridge, MqttSettings, publications
from clearway.bridges.outbox import Outbox
from clearway.errors import ArgumentError
from clearway.sapient.bindings import SapientMessage, content_of
from tests.bridges.messages import ALERT, NODE, PERSON, alert, person, status
from tests.bridges.servers import LOCAL, mute_server, running, until

SETTINGS = MqttSettings(site="rome")
OPEN = MqttSettings(site="rome", evidence=True)


def test_a_person_is_not_retained_and_expires() -> None:
    (published,) = publications(person(), SETTINGS)
    assert published.topic == f"clearway/rome/person/{PERSON}"
    assert (published.retain, published.quality, published.expiry_s) == (False, 0, 5)
    document = json.loads(published.payload)
    assert document["node_id"] == NODE
    assert document["timestamp"] == "2027-01-15T08:00:00Z"
    assert document["detection_report"]["object_id"] == PERSON
    assert "llr" not in published.payload
    assert "site.example" not in published.payload


@pytest.mark.parametrize("message", [person(), alert(), status()], ids=content_of)
def test_the_document_reads_back_as_the_message(message: SapientMessage) -> None:
    (published,) = publications(message, OPEN)
    assert json_format.Parse(published.payload, SapientMessage()) == message


def test_status_is_retained() -> None:
    (published,) = publications(status(), SETTINGS)
    assert published.topic == f"clearway/rome/status/{NODE}"
    assert (published.retain, published.quality, published.expiry_s) == (True, 1, None)


@pytest.mark.parametrize("state", ["ACTIVE", "ACKNOWLEDGE", "REJECT"])
def test_an_alert_is_retained_until_cleared(state: str) -> None:
    (published,) = publications(alert(status=f"ALERT_STATUS_{state}"), SETTINGS)
    assert published.topic == f"clearway/rome/alert/{ALERT}"
    assert (published.retain, published.quality, published.expiry_s) == (True, 1, 180)


def test_an_alert_outlives_two_repetitions_that_are_lost() -> None:
    assert MQTT_PACE.alert_repeat_s is not None
    assert SETTINGS.alert_expiry_s >= 3 * MQTT_PACE.alert_repeat_s


def test_a_cleared_alert_is_told_and_then_removed() -> None:
    told, removed = publications(alert(status="ALERT_STATUS_CLEAR"), SETTINGS)
    assert (told.topic, told.retain) == (removed.topic, False)
    assert json.loads(told.payload)["alert"]["status"] == "ALERT_STATUS_CLEAR"
    assert (removed.payload, removed.retain, removed.quality) == ("", True, 1)


@pytest.mark.parametrize("kind", ["ALERT_TYPE_INFORMATION", "ALERT_TYPE_MODE_CHANGE"])
def test_what_asks_for_nothing_is_not_retained(kind: str) -> None:
    (published,) = publications(alert(alert_type=kind), SETTINGS)
    assert not published.retain


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_an_odd_id_stays_one_part_of_the_topic(identity: str) -> None:
    (published,) = publications(person(identity), SETTINGS)
    assert published.topic.count("/") == 3
    assert published.topic.isascii()
    assert not set(published.topic) & set("+#$\0 ")


@pytest.mark.parametrize("message", [person(""), alert(""), status("")], ids=content_of)
def test_without_an_id_there_is_no_topic(message: SapientMessage) -> None:
    with pytest.raises(ArgumentError, match="is empty"):
        publications(message, SETTINGS)


def level_of(site: str) -> str:
    MqttBridge(MqttSettings(site=site))
    (published,) = publications(person(), MqttSettings(site=site))
    root, level, kind, identity = published.topic.split("/")
    assert (root, kind, identity) == ("clearway", "person", PERSON)
    return level


@pytest.mark.parametrize(
    ("site", "level"),
    [
        ("rome", "rome"),
        ("Station corridor", "Station%20corridor"),
        ("a/b+c#$d", "a%2Fb%2Bc%23%24d"),
        ("Zürich HB", "Z%C3%BCrich%20HB"),
        ("100 %", "100%20%25"),
    ],
)
def test_a_site_of_any_name_is_one_level_of_the_topic(site: str, level: str) -> None:
    assert level_of(site) == level


NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(NAME, NAME)
def test_two_sites_never_share_a_topic(one: str, other: str) -> None:
    assert (level_of(one) == level_of(other)) == (one == other)
    assert level_of(level_of(one)) != level_of(one) or level_of(one) == one
    assert set(level_of(one)) <= set(string.ascii_letters + string.digits + "-._~%")


def test_a_site_without_a_name_has_no_topic() -> None:
    with pytest.raises(ArgumentError, match="site: is empty"):
        MqttBridge(MqttSettings(site=""))


def test_no_plain_way_to_another_machine() -> None:
    with pytest.raises(ArgumentError, match="unencrypted"):
        MqttBridge(MqttSettings(site="rome", host="broker.example"))
    MqttBridge(MqttSettings(site="rome", host="broker.example", allow_plain=True))


def test_the_password_is_not_shown() -> None:
    assert "geheim" not in repr(MqttSettings(site="rome", username="u", password="geheim"))  # noqa: S106


CONNACK = bytes((0x20, 3, 0, 0, 0))


@pytest.mark.parametrize("answer", [b"", CONNACK], ids=["no answer", "connected, then silent"])
def test_a_broker_that_hangs_blocks_no_offer(answer: bytes) -> None:
    async def story() -> None:
        async with mute_server(answer=answer) as (port, visitors):
            bridge = MqttBridge(
                MqttSettings(site="rome", host=LOCAL, port=port, keep_alive_s=1),
                Pace(send_timeout_s=0.1, first_retry_s=0.01, last_retry_s=0.01),
                Outbox(tracks=10),
            )
            async with running(bridge):
                bridge.offer(alert())
                for number in range(100):
                    bridge.offer(person(str(number)))
                assert bridge.state.dropped_reports == 90
                await until(lambda: len(visitors) >= 2)
                assert "timed out" in (bridge.state.last_error or "")
                assert bridge.state.sent == 0
                assert bridge.state.waiting == 1  # the alert

    asyncio.run(story())
