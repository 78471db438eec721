"""A bridge that fails, hangs or is slow costs nobody else anything, and loses no alert."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from clearway.bridges import Bridge, Outbox
from clearway.bridges.bridge import Pace
from clearway.sapient.bindings import SapientMessage, content_of
from tests.bridges.messages import alert, person, status

QUICK = Pace(send_timeout_s=0.05, first_retry_s=0.01, last_retry_s=0.02)


class Recorder(Bridge[str]):
    """Sends to a list; faults are put in from outside."""

    def __init__(self, pace: Pace = QUICK, outbox: Outbox | None = None) -> None:
        super().__init__("recorder", pace, outbox)
        self.received: list[str] = []
        self.opened = 0
        self.refuses_to_open = False
        self.on_send: Callable[[str], Awaitable[None]] | None = None
        self.cut = asyncio.Event()
        self.hides_cancellation = False

    def _translate(self, message: SapientMessage) -> list[str]:
        if message.alert.description == "poison":
            raise ValueError("poison")
        kind = content_of(message)
        if kind == "alert":
            return [f"{message.alert.alert_id}:{message.alert.status}"]
        return [message.detection_report.object_id or message.node_id]

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Recorder]:
        self.opened += 1
        if self.refuses_to_open:
            raise ConnectionRefusedError("nobody there")
        try:
            yield self
        except asyncio.CancelledError as error:
            if self.hides_cancellation:
                raise OSError("could not say goodbye") from error
            raise

    async def send(self, item: str) -> None:
        if self.on_send is not None:
            await self.on_send(item)
        self.received.append(item)

    async def watch(self) -> None:
        await self.cut.wait()
        self.cut.clear()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


@asynccontextmanager
async def running(bridge: Bridge[str]) -> AsyncIterator[None]:
    task = asyncio.create_task(bridge.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def test_sends_alerts_first_and_tells_how_it_fares() -> None:
    async def story() -> None:
        bridge = Recorder()
        for message in (person("p"), status("s"), alert("a")):
            bridge.offer(message)
        assert (bridge.state.connected, bridge.state.waiting) == (False, 3)
        async with running(bridge):
            await until(lambda: bridge.state.sent == 3)
            assert bridge.received == ["a:1", "s", "p"]
            assert (bridge.state.connected, bridge.state.waiting) == (True, 0)
            assert bridge.state.last_error is None
        assert not bridge.state.connected

    asyncio.run(story())


def test_a_link_that_hangs_blocks_no_offer_and_is_given_up() -> None:
    async def story() -> None:
        hanging = True

        async def hang(_item: str) -> None:
            if hanging:
                await asyncio.Event().wait()

        bridge = Recorder(outbox=Outbox(tracks=10, alerts=5))
        bridge.on_send = hang
        async with running(bridge):
            bridge.offer(alert("a"))
            await until(lambda: bridge.opened >= 3)
            for number in range(100):
                bridge.offer(person(str(number)))
            assert bridge.state.dropped_reports >= 90
            assert bridge.state.waiting <= 12
            assert "TimeoutError" in (bridge.state.last_error or "")
            hanging = False
            await until(lambda: "a:1" in bridge.received)
        assert bridge.state.dropped_alerts == 0

    asyncio.run(story())


def test_alerts_outlive_a_link_that_cannot_be_opened_and_persons_do_not() -> None:
    async def story() -> None:
        bridge = Recorder()
        bridge.refuses_to_open = True
        async with running(bridge):
            bridge.offer(alert("a"))
            bridge.offer(person("p"))
            await until(lambda: bridge.opened >= 3)
            assert bridge.state.last_error == "ConnectionRefusedError: nobody there"
            assert bridge.state.dropped_reports == 1
            bridge.refuses_to_open = False
            await until(lambda: bridge.state.sent == 1)
        assert bridge.received == ["a:1"]

    asyncio.run(story())


def test_a_link_cut_while_idle_is_opened_again_and_standing_alerts_repeated() -> None:
    async def story() -> None:
        bridge = Recorder()
        async with running(bridge):
            for message in (alert("a"), alert("b"), alert("b", "ALERT_STATUS_CLEAR")):
                bridge.offer(message)
            await until(lambda: len(bridge.received) == 2)
            bridge.cut.set()
            await until(lambda: len(bridge.received) == 3)
            assert bridge.state.last_error == "the other side closed the link"
        assert bridge.received == ["a:1", "b:5", "a:1"]

    asyncio.run(story())


def test_standing_alerts_are_repeated_as_often_as_asked() -> None:
    async def story() -> None:
        bridge = Recorder(replace(QUICK, alert_repeat_s=0.01))
        async with running(bridge):
            bridge.offer(alert("a"))
            await until(lambda: bridge.received == ["a:1"] * 3)
            bridge.offer(alert("a", "ALERT_STATUS_CLEAR"))
            await until(lambda: bridge.received[-1] == "a:5")
            told = len(bridge.received)
            await asyncio.sleep(0.05)
            assert len(bridge.received) == told

    asyncio.run(story())


def test_a_newer_state_replaces_the_one_whose_sending_failed() -> None:
    async def story() -> None:
        attempts: list[str] = []

        async def fail_once(item: str) -> None:
            attempts.append(item)
            if len(attempts) == 1:
                bridge.offer(alert("a", "ALERT_STATUS_CLEAR"))
                raise BrokenPipeError("gone")

        bridge = Recorder()
        bridge.on_send = fail_once
        async with running(bridge):
            bridge.offer(alert("a"))
            await until(lambda: bridge.state.sent == 1)
            await asyncio.sleep(0.03)
        assert attempts == ["a:1", "a:5"]

    asyncio.run(story())


def test_what_cannot_be_translated_holds_up_nothing() -> None:
    async def story() -> None:
        bridge = Recorder()
        async with running(bridge):
            bridge.offer(alert("bad", description="poison"))
            bridge.offer(alert("good"))
            await until(lambda: bridge.state.sent == 1)
        assert bridge.received == ["good:1"]
        assert bridge.opened == 1
        assert (bridge.state.refused, bridge.state.last_error) == (1, "refused a message: poison")

    asyncio.run(story())


def test_persons_go_out_in_rounds_and_alerts_do_not_wait_for_one() -> None:
    async def story() -> None:
        bridge = Recorder(replace(QUICK, track_period_s=3600.0))
        async with running(bridge):
            await until(lambda: bridge.state.connected)
            await asyncio.sleep(0.01)  # the first round is over
            bridge.offer(person("p"))
            bridge.offer(alert("a"))
            bridge.offer(person("p"))
            await until(lambda: bridge.state.sent == 1)
            assert bridge.received == ["a:1"]
            assert bridge.state.waiting == 1

    asyncio.run(story())


def test_each_round_tells_the_latest_of_each_person() -> None:
    async def story() -> None:
        bridge = Recorder(replace(QUICK, track_period_s=0.05))
        async with running(bridge):
            await until(lambda: bridge.state.connected)
            await asyncio.sleep(0.01)
            for _ in range(20):
                bridge.offer(person("p"))
                bridge.offer(person("q"))
            await until(lambda: bridge.state.sent == 2)
            bridge.offer(person("p"))
            await until(lambda: bridge.state.sent == 3)
        assert bridge.received == ["p", "q", "p"]

    asyncio.run(story())


def test_a_link_that_is_never_busy_leaves_others_their_turn() -> None:
    async def story() -> None:
        bridge = Recorder()
        for number in range(500):
            bridge.offer(person(str(number)))
        turns: list[int] = []
        async with running(bridge):
            while bridge.state.sent < 500:
                turns.append(bridge.state.sent)
                await asyncio.sleep(0)
        assert max(after - before for before, after in pairwise(turns)) == 1

    asyncio.run(story())


def test_alerts_that_wait_are_sent_before_the_end() -> None:
    async def story() -> None:
        bridge = Recorder()
        async with running(bridge):
            bridge.offer(alert("a"))
            await until(lambda: bridge.state.sent == 1)
            bridge.offer(alert("a", "ALERT_STATUS_CLEAR"))
            bridge.offer(alert("b"))
            bridge.offer(person("p"))
        assert bridge.received == ["a:1", "a:5", "b:1"]

    asyncio.run(story())


def test_an_alert_whose_sending_the_end_interrupts_is_sent_all_the_same() -> None:
    async def story() -> None:
        begun = asyncio.Event()

        async def hang_once(_item: str) -> None:
            if not begun.is_set():
                begun.set()
                await asyncio.Event().wait()

        bridge = Recorder(replace(QUICK, send_timeout_s=60.0))
        bridge.on_send = hang_once
        async with running(bridge):
            bridge.offer(alert("a"))
            await begun.wait()
        assert bridge.received == ["a:1"]

    asyncio.run(story())


@pytest.mark.parametrize("send_s", [0.02, 3600.0], ids=["slow", "hangs"])
def test_a_link_does_not_hold_up_the_end(send_s: float) -> None:
    async def story() -> None:
        bridge = Recorder(replace(QUICK, send_timeout_s=0.5))
        bridge.on_send = lambda _: asyncio.sleep(send_s)
        for number in range(100):
            bridge.offer(alert(str(number)))
        async with running(bridge):
            await until(lambda: bridge.opened == 1)
        assert bridge.state.waiting > 50

    asyncio.run(story())


@pytest.mark.parametrize("moment", ["opening", "sending", "closing"])
def test_a_library_that_hides_the_cancellation_does_not_keep_it_running(moment: str) -> None:
    async def hide() -> None:
        reached.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    class Hiding(Recorder):
        @asynccontextmanager
        async def _open(self) -> AsyncIterator[Recorder]:
            if moment == "opening":
                await hide()
            async with super()._open() as link:
                yield link

        async def send(self, item: str) -> None:
            await super().send(item)
            if moment == "sending":
                await hide()

    reached = asyncio.Event()

    async def story() -> None:
        bridge = Hiding(replace(QUICK, send_timeout_s=60.0))
        bridge.hides_cancellation = moment == "closing"
        bridge.offer(alert("a"))
        task = asyncio.create_task(bridge.run())
        await (until(lambda: bridge.state.sent == 1) if moment == "closing" else reached.wait())
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()
        assert bridge.received == ["a:1"]

    asyncio.run(story())
