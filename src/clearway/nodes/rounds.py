"""A demonstration that goes on: when one crowd has passed, sensors see the next."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from multiprocessing import get_context
from multiprocessing.pool import Pool
from typing import Final

from clearway.nodes.edge import NodeRequest
from clearway.nodes.fleet import Fleet, when_done
from clearway.site.schema import Site
from clearway.twin.crowd import open_crowd
from clearway.twin.crowd.people import Crowd
from clearway.twin.random_streams import random_stream

_POLITE: Final = 10
"""The next crowd must not take the processor from those who follow this one."""


class Rounds:
    """One crowd after another, each with the next seed.

    Parameters
    ----------
    template : NodeRequest
        Of the first crowd; see `Fleet`.
    pool : Pool
        Where the next crowds are simulated.
    rounds : int, optional
        How many; without it they never end.
    """

    def __init__(self, template: NodeRequest, pool: Pool, rounds: int | None) -> None:
        self._template = template
        self._pool = pool
        self._rounds = rounds
        self._fleets = [Fleet(template)]

    def start(self) -> None:
        """Start the first nodes and wait until all have loaded what they need.

        Raises
        ------
        RuntimeError
            One has ended instead, and said why.
        """
        self._fleets[0].start()

    async def play(self, port: int) -> None:
        """Let the nodes connect to a port and play, until the last round is over."""
        for number in count(1):
            nodes = self._fleets[-1]
            nodes.go(port)
            if number == self._rounds:
                await when_done(nodes)
                return
            following = asyncio.create_task(self._prepare(number))
            await when_done(nodes)
            await following

    def stop(self) -> None:
        """End all nodes that have not ended by themselves."""
        for nodes in self._fleets:
            nodes.stop()

    async def _prepare(self, number: int) -> None:
        """Have the nodes of a later round ready."""
        first = self._template
        seed = first.seed + number
        crowd = await self._simulated(first.site, first.crowd.duration_s, seed)
        nodes = Fleet(replace(first, crowd=crowd, seed=seed))
        self._fleets = [self._fleets[-1], nodes]
        await asyncio.to_thread(nodes.start)

    async def _simulated(self, site: Site, duration_s: float, seed: int) -> Crowd:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Crowd] = loop.create_future()

        def settle(end: Crowd | BaseException) -> None:
            # An interrupt may have closed the loop; an error here would end the pool's thread.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, done, end)

        self._pool.apply_async(simulated_crowd, (site, duration_s, seed), {}, settle, settle)
        return await done


@contextmanager
def rounds(template: NodeRequest, how_many: int | None) -> Iterator[Rounds]:
    """Rounds whose first nodes have loaded what they need, and that are gone afterwards."""
    # A process of its own can be ended in the middle of a crowd.
    with get_context("spawn").Pool(1, os.nice, (_POLITE,)) as pool:
        playing = Rounds(template, pool, how_many)
        try:
            playing.start()
            yield playing
        finally:
            playing.stop()


def simulated_crowd(site: Site, duration_s: float | None, seed: int) -> Crowd:
    """The crowd of a demonstration."""
    return open_crowd(site, duration_s=duration_s, rng=random_stream(seed, "crowd"))


def _settle(done: asyncio.Future[Crowd], end: Crowd | BaseException) -> None:
    if done.cancelled():
        return
    if isinstance(end, BaseException):
        done.set_exception(end)
    else:
        done.set_result(end)
