"""Against Debian's mosquitto, which the tests start themselves."""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client, Message, ProtocolVersion

from clearway.bridges.bridge import Pace
from clearway.bridges.mqtt import MqttBridge, MqttSettings
from tests.bridges.messages import ALERT, NODE, PERSON, alert, person, status
from tests.bridges.servers import LOCAL, certificate, mosquitto, running, until

pytestmark = pytest.mark.mosquitto

PACE = Pace(first_retry_s=0.05, last_retry_s=0.1)
PRESENCE = "clearway/rome/bridge/clearway"


@asynccontextmanager
async def listening(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[list[Message]]:
    heard: list[Message] = []
    async with Client(LOCAL, port, protocol=ProtocolVersion.V5, tls_context=tls) as client:
        await client.subscribe("clearway/#", qos=1)

        async def listen() -> None:
            async for message in client.messages:
                heard.append(message)  # noqa: PERF401 - the list is read meanwhile

        task = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.wait([task])


async def retained(port: int, number: int) -> dict[str, bytes]:
    """What somebody who comes later is told first."""
    async with listening(port) as heard:
        await until(lambda: len(heard) >= number)
        await asyncio.sleep(0.05)
        assert all(message.retain for message in heard)
        return {str(message.topic): bytes(message.payload) for message in heard}


def test_persons_alerts_and_status_arrive(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            bridge = MqttBridge(MqttSettings(site="rome", host=LOCAL, port=broker.port), PACE)
            async with listening(broker.port) as heard, running(bridge):
                for message in (person(), status(), alert()):
                    bridge.offer(message)
                await until(lambda: len(heard) == 4)
                assert [str(message.topic) for message in heard] == [
                    PRESENCE,
                    f"clearway/rome/alert/{ALERT}",
                    f"clearway/rome/status/{NODE}",
                    f"clearway/rome/person/{PERSON}",
                ]
                assert heard[0].payload == b"online"
                assert json.loads(bytes(heard[1].payload))["alert"]["alert_id"] == ALERT
                assert 0 < heard[3].properties.MessageExpiryInterval <= 5  # type: ignore[union-attr]
                assert bridge.state.connected

                kept = await retained(broker.port, 3)
                assert sorted(topic.split("/")[2] for topic in kept) == [
                    "alert",
                    "bridge",
                    "status",
                ]
                bridge.offer(alert(status="ALERT_STATUS_CLEAR"))
                await until(lambda: len(heard) == 6)
                assert heard[5].payload == b""
                assert f"clearway/rome/alert/{ALERT}" not in await retained(broker.port, 2)
            assert (await retained(broker.port, 2))[PRESENCE] == b"offline"

    asyncio.run(story())


def test_the_last_will_tells_of_a_bridge_that_died(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            settings = MqttSettings(site="rome", host=LOCAL, port=broker.port)
            bridge, twin = MqttBridge(settings, PACE), MqttBridge(settings, PACE)
            async with listening(broker.port) as heard, running(bridge):
                await until(lambda: len(heard) >= 1)
                # The broker cuts off whoever had the identifier before.
                async with running(twin):
                    await until(lambda: any(m.payload == b"offline" for m in heard))

    asyncio.run(story())


def test_a_link_that_is_given_up_is_not_said_to_be_online(tmp_path: Path) -> None:
    """The library takes leave in order, and the broker then keeps the last will to itself."""

    class Failing(MqttBridge):
        def _repeats(self) -> list[Coroutine[Any, Any, None]]:
            async def fail() -> None:
                raise TimeoutError("the broker answers nothing")

            return [fail()]

    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            settings = MqttSettings(site="rome", host=LOCAL, port=broker.port)
            async with listening(broker.port) as heard, running(Failing(settings, PACE)):
                await until(lambda: len(heard) >= 3)
                assert [message.payload for message in heard[:3]] == [
                    b"online",
                    b"offline",
                    b"online",
                ]

    asyncio.run(story())


def test_two_sites_with_one_broker_leave_each_other_alone(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            rome, naples = (
                MqttBridge(MqttSettings(site=site, host=LOCAL, port=broker.port), PACE)
                for site in ("Roma Termini", "Napoli Centrale")
            )
            async with listening(broker.port) as heard, running(rome), running(naples):
                await until(lambda: rome.state.connected and naples.state.connected)
                rome.offer(alert())
                naples.offer(alert())
                await until(lambda: len(heard) == 4)
                assert {str(message.topic) for message in heard} == {
                    f"clearway/{site}/{rest}"
                    for site in ("Roma%20Termini", "Napoli%20Centrale")
                    for rest in ("bridge/clearway", f"alert/{ALERT}")
                }
                assert rome.state.last_error is None
                assert naples.state.last_error is None

    asyncio.run(story())


def test_the_end_of_an_alert_is_told_although_the_service_stops(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            bridge = MqttBridge(MqttSettings(site="rome", host=LOCAL, port=broker.port), PACE)
            async with listening(broker.port) as heard:
                async with running(bridge):
                    bridge.offer(alert())
                    await until(lambda: len(heard) == 2)
                    bridge.offer(alert(status="ALERT_STATUS_CLEAR"))
                await until(lambda: heard[-1].payload == b"offline")
                told, removed = heard[-3:-1]
                assert json.loads(bytes(told.payload))["alert"]["status"] == "ALERT_STATUS_CLEAR"
                assert removed.payload == b""
            assert await retained(broker.port, 1) == {PRESENCE: b"offline"}

    asyncio.run(story())


def test_the_broker_forgets_an_alert_for_which_nobody_vouches(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            settings = MqttSettings(site="rome", host=LOCAL, port=broker.port, alert_expiry_s=1)
            async with running(bridge := MqttBridge(settings, PACE)):
                bridge.offer(alert())
                await until(lambda: bridge.state.sent == 1)
            while len(await retained(broker.port, 1)) > 1:
                await asyncio.sleep(0.1)
            assert await retained(broker.port, 1) == {PRESENCE: b"offline"}

    asyncio.run(story())


def test_a_broker_that_forgot_everything_is_told_again(tmp_path: Path) -> None:
    async def story() -> None:
        with mosquitto(tmp_path) as broker:
            port = broker.port
            bridge = MqttBridge(MqttSettings(site="rome", host=LOCAL, port=port), PACE)
            async with running(bridge):
                bridge.offer(alert())
                await until(lambda: bridge.state.sent == 1)
                broker.process.terminate()
                await until(lambda: not bridge.state.connected)
                bridge.offer(alert("other"))
                with mosquitto(tmp_path, port=port):
                    await until(lambda: bridge.state.sent == 3)
                    kept = await retained(port, 3)
        assert sorted(kept) == [
            f"clearway/rome/alert/{ALERT}",
            "clearway/rome/alert/other",
            PRESENCE,
        ]

    asyncio.run(story())


def test_with_tls(tmp_path: Path) -> None:
    ours = certificate(tmp_path)

    async def story() -> None:
        with mosquitto(tmp_path, ours) as broker:
            settings = MqttSettings(site="rome", host=LOCAL, port=broker.port, tls=ours.client())
            bridge = MqttBridge(settings, PACE)
            async with listening(broker.port, ours.client()) as heard, running(bridge):
                bridge.offer(alert())
                await until(lambda: len(heard) == 2)

    asyncio.run(story())


# The MQTT library leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_broker_that_cannot_prove_itself_is_told_nothing(tmp_path: Path) -> None:
    ours = certificate(tmp_path)

    async def story() -> None:
        with mosquitto(tmp_path, ours) as broker:
            settings = MqttSettings(
                site="rome", host=LOCAL, port=broker.port, tls=ssl.create_default_context()
            )
            bridge = MqttBridge(settings, PACE)
            async with running(bridge):
                bridge.offer(alert())
                await until(lambda: bridge.state.last_error is not None)
                assert "certificate" in (bridge.state.last_error or "").lower()
                assert (bridge.state.connected, bridge.state.sent) == (False, 0)
                assert bridge.state.waiting == 1

    asyncio.run(story())
    gc.collect()
