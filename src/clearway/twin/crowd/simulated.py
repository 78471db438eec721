"""Simulated people: JuPedSim moves them, the site and the random generator decide the rest."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.stats import truncnorm

from clearway.errors import Fault, InputError, MissingExtraError
from clearway.site.floor import floor_polygon
from clearway.site.schema import CrowdModel, Point, Site, WalkingSpeed, Zone
from clearway.twin.crowd.arrivals import Arrivals, arrivals_at, poisson_arrivals
from clearway.twin.crowd.people import Crowd, Origin

RATE_HZ = 10.0
"""Frames per second of a simulated crowd; people who wait to enter are tried again as often."""
STEPS_PER_FRAME = 2
"""Model steps of 0.05 s; steps of 0.02 s gave the same median walking time within 0.3 s."""
RADIUS_M = 0.2
"""JuPedSim's body radius."""
TIME_GAP_S = 0.5
"""Time gap to the person in front, instead of JuPedSim's 1.0 s.

Chosen among 0.3, 0.4, 0.5, 0.7 and 1.0 s for the collision-free speed model on one recording, the
two-way HERMES corridor of 3.6 m (0.7 people per square metre, median 1.26 m/s): ten simulations
with its arrivals give 1.19 to 1.27 m/s, and 0.24 to 0.48 m/s with 1.0 s.  The fit does not carry
over to denser crowds: in the 3.0 m corridor (0.9 per square metre, 1.11 m/s) people jam head-on
in most simulations, 0.32 to 1.01 m/s.  The anticipation velocity model was not fitted; with this
value it is slower, 0.56 to 0.89 m/s in the 3.6 m corridor."""
HEIGHT_M = (1.72, 0.096)
"""Mean and standard deviation of the body heights in the HERMES corridor experiments."""
HEIGHT_LIMITS_M = (1.4, 2.1)
_TRIES = 20
"""Random places tried per person and frame before the person waits on."""
_INSTALL = (
    'pip install "clearway[crowd]", or without its GUI packages: '
    "pip install --no-deps -r requirements-crowd.txt"
)


def simulate(
    site: Site,
    rng: np.random.Generator,
    *,
    duration_s: float,
    arrivals: Arrivals | None = None,
    rate_per_min: float | None = None,
    warm_up_s: float = 0.0,
    on_progress: Callable[[float], None] | None = None,
) -> Crowd:
    """Let people walk through the site.

    Collision-free speed model V2: Tordeux, Chraibi and Seyfried, arXiv:1512.05597.  Anticipation
    velocity model: Xu, Chraibi and Seyfried, Transp. Res. C 133 (2021) 103464.

    Parameters
    ----------
    site : Site
        Floor, entries, exits, flows, model and desired speeds.
    rng : numpy.random.Generator
        The same generator state gives the same crowd.
    duration_s : float
        Length of the crowd; people still inside simply end there.
    arrivals : Arrivals, optional
        Who arrives when, from ``-warm_up_s`` on.  A trip between an entry and an exit of the
        site, by their ids, is walked as given; all others are drawn by the flows' shares.
    rate_per_min : float, optional
        Mean Poisson arrivals per minute where there are no ``arrivals``; else the site's.
    warm_up_s : float
        Simulated before frame 0 and cut off, so that the floor is not empty at the start.
    on_progress : callable, optional
        Is given the simulated share, from 0 to 1.

    Returns
    -------
    Crowd
        At 10 frames per second, site frame.

    Raises
    ------
    MissingExtraError
        JuPedSim is not installed.
    InputError
        JuPedSim cannot use the site's floor, entries or exits.
    """
    jupedsim = _jupedsim()
    if arrivals is None:
        total_s = warm_up_s + duration_s
        rate = site.crowd.rate_per_min if rate_per_min is None else rate_per_min
        arrivals = arrivals_at(poisson_arrivals(rate, total_s, rng) - warm_up_s)
    people = _draw_people(arrivals, site, rng)
    station = _Station(jupedsim, site, rng)

    frames: list[int] = []
    rows: list[tuple[int, float, float]] = []
    first, last = round(-warm_up_s * RATE_HZ), round(duration_s * RATE_HZ)
    for frame in range(first, last + 1):
        station.admit(people, frame / RATE_HZ)
        if frame >= 0:
            now = list(station.positions())
            rows += now
            frames += [frame] * len(now)
        station.step()
        if on_progress is not None:
            on_progress((frame + 1 - first) / (last + 1 - first))

    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    index = table[:, 0].astype(np.int64)
    model = site.crowd.model.value.replace("_", " ")
    return Crowd.from_frames(
        people.arrivals.person_id[index],
        np.array(frames, dtype=np.int64),
        table[:, 1:],
        people.height_m[index],
        rate_hz=RATE_HZ,
        origin=Origin.SIMULATED,
        description=f"JuPedSim {jupedsim.__version__} simulation, {model} model",
    )


def _jupedsim() -> ModuleType:
    # Loaded on use: a plain install has no JuPedSim and needs none for recordings.
    try:
        return importlib.import_module("jupedsim")
    except ImportError as error:
        raise MissingExtraError("simulating people (JuPedSim)", _INSTALL) from error


@dataclass(frozen=True, eq=False)
class _People:
    """What is drawn of each person before the simulation, shape (n,) each."""

    arrivals: Arrivals
    entry: list[str]
    exit: list[str]
    speed_m_s: NDArray[np.float64]
    height_m: NDArray[np.float64]


def _draw_people(arrivals: Arrivals, site: Site, rng: np.random.Generator) -> _People:
    count = len(arrivals)
    flows = site.crowd.flows
    shares = np.array([flow.share for flow in flows])
    drawn = rng.choice(len(flows), size=count, p=shares / shares.sum())
    trips = [(flows[index].entry, flows[index].exit) for index in drawn]
    if arrivals.trips is not None:
        entries, exits = {zone.id for zone in site.entries}, {zone.id for zone in site.exits}
        trips = [
            wanted if wanted[0] in entries and wanted[1] in exits else by_share
            for wanted, by_share in zip(arrivals.trips, trips, strict=True)
        ]
    return _People(
        arrivals=arrivals,
        entry=[entry for entry, _ in trips],
        exit=[leave for _, leave in trips],
        speed_m_s=_draw_speeds(site.crowd.speed, count, rng),
        height_m=rng.normal(*HEIGHT_M, size=count).clip(*HEIGHT_LIMITS_M),
    )


def _draw_speeds(speed: WalkingSpeed, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    if speed.sigma_m_s == 0.0:
        return np.full(count, speed.mean_m_s)
    low, high = (
        (limit - speed.mean_m_s) / speed.sigma_m_s
        for limit in (speed.minimum_m_s, speed.maximum_m_s)
    )
    draws = truncnorm(low, high, loc=speed.mean_m_s, scale=speed.sigma_m_s)
    return np.asarray(draws.rvs(size=count, random_state=rng), dtype=np.float64)


class _Station:
    """The JuPedSim simulation of one site and the queues at its entries."""

    def __init__(self, jupedsim: ModuleType, site: Site, rng: np.random.Generator) -> None:
        self._rng = rng
        floor = floor_polygon(site)
        anticipating = site.crowd.model is CrowdModel.ANTICIPATION_VELOCITY
        self._agent = (
            jupedsim.AnticipationVelocityModelAgentParameters
            if anticipating
            else jupedsim.CollisionFreeSpeedModelV2AgentParameters
        )
        model = (
            jupedsim.AnticipationVelocityModel(rng_seed=int(rng.integers(2**63)))
            if anticipating
            else jupedsim.CollisionFreeSpeedModelV2()
        )
        try:
            self._simulation = jupedsim.Simulation(
                model=model, geometry=floor, dt=1.0 / RATE_HZ / STEPS_PER_FRAME
            )
            self._ways = {zone.id: self._way_to(jupedsim, zone, floor) for zone in site.exits}
        except RuntimeError as error:
            raise InputError(
                site.name,
                Fault(
                    f"JuPedSim cannot use it: {error}",
                    "draw exits as convex areas on the floor and a floor in one piece",
                    field="floor, exits",
                ),
            ) from error
        self._entries = {zone.id: _standing_room(zone, floor, site) for zone in site.entries}
        self._queues: dict[str, deque[int]] = {zone.id: deque() for zone in site.entries}
        self._arrived = 0
        self._person_of: dict[int, int] = {}

    def _way_to(self, jupedsim: ModuleType, zone: Zone, floor: shapely.Polygon) -> tuple[int, int]:
        """Journey and stage that lead to an exit."""
        area = shapely.Polygon(zone.polygon).intersection(floor)
        stage = self._simulation.add_exit_stage(area)
        return self._simulation.add_journey(jupedsim.JourneyDescription([stage])), stage

    def admit(self, people: _People, time_s: float) -> None:
        """Queue whoever has arrived; let the queues in, first come first served, as space is."""
        while self._arrived < len(people.arrivals) and (
            people.arrivals.time_s[self._arrived] <= time_s
        ):
            self._queues[people.entry[self._arrived]].append(self._arrived)
            self._arrived += 1
        for entry_id, queue in self._queues.items():
            while queue and (position := self._free_place(self._entries[entry_id])):
                person = queue.popleft()
                self._add(people, person, position)

    def _free_place(self, room: shapely.Geometry) -> Point | None:
        """A random place without anybody within two body radii."""
        west, south, east, north = room.bounds
        for x, y in self._rng.uniform((west, south), (east, north), size=(_TRIES, 2)).tolist():
            if shapely.contains_xy(room, x, y) and not any(
                self._simulation.agents_in_range((x, y), 2 * RADIUS_M)
            ):
                return x, y
        return None

    def _add(self, people: _People, person: int, position: Point) -> None:
        journey, stage = self._ways[people.exit[person]]
        agent = self._simulation.add_agent(
            self._agent(
                position=position,
                desired_speed=float(people.speed_m_s[person]),
                time_gap=TIME_GAP_S,
                radius=RADIUS_M,
                journey_id=journey,
                stage_id=stage,
            )
        )
        self._person_of[agent] = person

    def positions(self) -> Iterator[tuple[int, float, float]]:
        """Index and position of everybody inside."""
        for agent in self._simulation.agents():
            x, y = agent.position
            yield self._person_of[agent.id], x, y

    def step(self) -> None:
        """Move everybody by one frame; whoever reaches an exit leaves."""
        self._simulation.iterate(STEPS_PER_FRAME)


def _standing_room(zone: Zone, floor: shapely.Polygon, site: Site) -> shapely.Geometry:
    """Where a person's centre can be in an entry, a body radius off the walls."""
    room = shapely.Polygon(zone.polygon).intersection(floor.buffer(-RADIUS_M - 0.01))
    if room.is_empty:
        raise InputError(
            site.name,
            Fault(
                f"nobody fits into {zone.id!r}",
                f"widen its polygon beyond {2 * RADIUS_M:g} m from wall to wall",
                field="entries",
            ),
        )
    return room
