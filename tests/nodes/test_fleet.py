"""A process for each sensor: all of them begin, or it is said that one has not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.pool import Pool
from typing import Any, cast

import pytest

from clearway.nodes.edge import NodeRequest
from clearway.nodes.rounds import Rounds, rounds
from clearway.site.schema import Site
from tests.support.builders import crowd_of, straight

CROWD = crowd_of((0, straight((18.0, 3.0), (0.4, 0.0), 16)))


def template(site: Site) -> NodeRequest:
    """For two sensors, which is enough to have one of them and the others."""
    site = site.model_copy(update={"sensors": site.sensors[:2]})
    return NodeRequest(site, site.sensors[0], CROWD, 1, "127.0.0.1", 1, time.time_ns())


class Ends:
    """Ends the process that reads it from its parent."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return sys.exit, (3,)

    def __call__(self, _: str) -> None:
        raise AssertionError("nobody gets as far as this")


def test_a_node_that_ends_before_it_begins_is_not_waited_for(station: Site) -> None:
    failing = replace(template(station), on_notice=Ends())
    with pytest.raises(RuntimeError, match="ended before it began"), rounds(failing, 1):
        pass


def test_an_interrupt_at_the_terminal_leaves_nodes_to_their_parent(
    station: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    with rounds(template(station), 1) as playing:
        (nodes,) = playing._fleets
        for process in nodes._processes:
            os.kill(process.pid or 0, signal.SIGINT)
        for process in nodes._processes:
            process.join(0.2)
        assert nodes.running == 2
    assert nodes.running == 0
    assert "KeyboardInterrupt" not in capfd.readouterr().err


class Slow:
    """A pool whose crowds are ready only when the test says so."""

    def apply_async(self, *given: Any) -> None:
        self.give = given[-2]


def test_a_crowd_that_comes_after_an_interrupt_disturbs_nobody(station: Site) -> None:
    slow = Slow()
    playing = Rounds(template(station), cast("Pool", slow), 2)

    async def interrupted() -> None:
        waiting = asyncio.create_task(playing._simulated(station, 1.0, 1))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(interrupted())
    slow.give(CROWD)
