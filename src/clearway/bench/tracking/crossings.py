"""Whose alarm was it: recorded walkers cross a threat sensor's lines in a crowd.

Whenever a person of a recording crosses one of some lines, the threat sensor reports one or a few
looks at that person, with errors and perhaps late.  They are handed over to

*   Clearway's tracks, fed by the simulated person sensors of
    `clearway.bench.tracking.scenario`: the system;
*   everybody's true position but for the error of a typical track: the ceiling, which no tracker
    of that precision can pass because the threat sensor's own error remains;

and, for scale, the last look goes to the track nearest to it when it arrives, as a display
operator would do it.  One sensor serves all lines, so that its offset shows in many passages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clearway.bench.tracking.peers import CLEARWAY
from clearway.bench.tracking.scenario import RATE_HZ, Frame, Scenario
from clearway.bench.tracking.scoring import MATCH_M
from clearway.domain import Attribution, TrackStates, nanoseconds
from clearway.domain.detection import Covariance
from clearway.fusion.candidates import candidate_set
from clearway.fusion.handover import HandOver, Look
from clearway.tracking import Scan
from clearway.tracking.history import TrackHistory
from clearway.tracking.settings import POPULATION_HEIGHT_M, POPULATION_HEIGHT_SIGMA_M
from clearway.trial.reliability import reliability
from clearway.trial.statistics import Proportion, proportion

__all__ = [
    "CASES",
    "DENSITY_EDGES_PER_M2",
    "LINES_NORTH_M",
    "Case",
    "Crossing",
    "Outcome",
    "Row",
    "alarms",
    "calibration_error",
    "crossings",
    "density_bin",
    "followed",
    "hand_over",
    "nearest_track",
    "summarise",
]

LINES_NORTH_M = (-3.0, -1.5, 0.0, 1.5, 3.0)
"""Across the corridors of the recordings, whose coordinates have their origin in the middle."""
DENSITY_EDGES_PER_M2 = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, math.inf)
"""Of the bins, each with its lower edge."""
SET_MASS = 0.95
"""Probability that the candidate set is to hold."""
HEIGHT_SIGMA_M = 0.03
"""Of body heights, where sensors give them."""

_NEIGHBOURHOOD_M = 1.0
_MARGIN_S = 1.5
"""At both ends of a recording: looks before and after a crossing and late alarms need it."""
_IDEAL_SIGMA_M = 0.05
"""Per axis, of a typical track."""
_IDEAL_HEIGHT_SIGMA_M = 0.01
"""Of a track whose height was measured some ten times."""
_HISTORY_S = 6.0
_CAMERA_GATE_M = 0.6
"""Three standard deviations of the worse person sensor."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of threat sensor."""

    name: str
    sigma_m: float
    """Standard deviation per axis of the total error of a look, which the sensor states."""
    looks: int = 1
    """One frame apart, about the crossing."""
    delay_s: float = 0.0
    """From measurement to arrival."""
    heights: bool = False
    """Whether the threat sensor and the person sensors measure body heights."""
    offset_share: float = 0.0
    """Of the error's variance: an offset drawn once for the sensor, of which nobody is told."""
    unscored_passages: int = 0
    """At the start of each run, while the offset is being learned."""


CASES: dict[str, Case] = {
    case.name: case
    for case in (
        Case("one look 0.1 m", 0.1),
        Case("one look 0.1 m, 1 s late", 0.1, delay_s=1.0),
        Case("five looks 0.3 m", 0.3, looks=5),
        Case("five looks 0.3 m, 1 s late", 0.3, looks=5, delay_s=1.0),
        Case("five looks 0.3 m, heights", 0.3, looks=5, heights=True),
        Case("five looks 0.3 m, half offset", 0.3, looks=5, offset_share=0.5, unscored_passages=50),
    )
}
"""By name."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A person, the carrier, has crossed a line since the frame before."""

    frame: int
    person_id: int
    density_per_m2: float
    """People within one metre, the carrier included, over the area of that circle."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the alarm of one crossing."""

    case: str
    density_per_m2: float
    right: bool
    """The hand-over's most probable track is the carrier's own; never where they have none."""
    claimed: float
    """Probability of that track."""
    nearest_right: bool
    ideal_right: bool
    set_right: bool
    """The set holds the carrier's track or, where they have none, "nobody tracked"."""
    set_mass: float
    """Probability that the set claims to hold."""
    set_size: int
    """Tracks in it."""
    ideal_set_size: int


@dataclass(frozen=True, slots=True)
class Row:
    """Outcomes of one case in one density bin; means are NaN where there are none."""

    case: str
    density: str
    right: Proportion
    nearest: Proportion
    ideal: Proportion
    set_right: Proportion
    set_mass: float
    set_size: float
    size_ratio: float
    """Mean size of the set over that on ideal tracks."""


def crossings(
    frames: Sequence[Frame], lines_north_m: Sequence[float] = LINES_NORTH_M
) -> list[Crossing]:
    """Who crosses which line when, in the order of time.

    The first and the last 1.5 s are left out, as their alarms would be incomplete.

    Parameters
    ----------
    frames : sequence of Frame
        At the rate of `clearway.bench.tracking.scenario.RATE_HZ`.
    lines_north_m : sequence of float
        Lines along the east axis.
    """
    margin = round(_MARGIN_S * RATE_HZ)
    lines = np.asarray(lines_north_m)
    found = []
    for index in range(margin, len(frames) - margin):
        before, now = frames[index - 1], frames[index]
        _, old, new = np.intersect1d(
            before.person_id, now.person_id, assume_unique=True, return_indices=True
        )
        south_before = before.position_m[old, 1, np.newaxis] < lines
        south_now = now.position_m[new, 1, np.newaxis] < lines
        for row in np.repeat(new, (south_before != south_now).sum(axis=1)).tolist():
            distance_m = np.linalg.norm(now.position_m - now.position_m[row], axis=1)
            density = (distance_m < _NEIGHBOURHOOD_M).sum() / (math.pi * _NEIGHBOURHOOD_M**2)
            found.append(Crossing(index, int(now.person_id[row]), float(density)))
    return found


def alarms(
    frames: Sequence[Frame],
    crossed: Sequence[Crossing],
    case: Case,
    rng: np.random.Generator,
) -> list[list[Look]]:
    """The looks at each carrier, in the order of time.

    Position errors are independent but for the sensor's offset.  The error of a body height is
    one for a passage: posture, shoes and headgear do not change in half a second.

    Parameters
    ----------
    frames : sequence of Frame
    crossed : sequence of Crossing
    case : Case
    rng : numpy.random.Generator

    Returns
    -------
    list of list of Look
        One list per crossing, shorter than ``case.looks`` where the carrier enters or leaves.
    """
    variance = case.sigma_m**2
    offset_m = rng.normal(0.0, math.sqrt(variance * case.offset_share), 2)
    noise_m = math.sqrt(variance * (1.0 - case.offset_share))
    first = -((case.looks - 1) // 2)
    passages = []
    for crossing in crossed:
        height_error_m = float(rng.normal(0.0, HEIGHT_SIGMA_M))
        looks = []
        for index in range(crossing.frame + first, crossing.frame + first + case.looks):
            frame = frames[index]
            for row in np.flatnonzero(frame.person_id == crossing.person_id):
                east, north = (
                    frame.position_m[row] + offset_m + rng.normal(0.0, noise_m, 2)
                ).tolist()
                height = float(frame.height_m[row]) + height_error_m if case.heights else None
                looks.append(
                    Look(
                        frame.time_ns, east, north, Covariance(variance, 0.0, variance),
                        height, HEIGHT_SIGMA_M if case.heights else None,
                    )
                )  # fmt: skip
        passages.append(looks)
    return passages


def followed(scenario: Scenario, rng: np.random.Generator | None) -> list[TrackStates]:
    """Clearway's tracks after each frame.

    A scenario does not say whose a detection is.  For its body height it is taken as that of the
    person to whom the assignment of least total distance gives it; clutter has anybody's height.

    Parameters
    ----------
    scenario : Scenario
    rng : numpy.random.Generator, optional
        Of the measured body heights; None: the sensors give none.
    """
    tracker = CLEARWAY.make(scenario)
    states = []
    for frame in scenario.frames:
        for sensor, detections in zip(scenario.sensors, frame.detections_m, strict=True):
            heights = None if rng is None else _heights(frame, detections, rng)
            tracker.update(
                Scan.of_positions(
                    sensor.sensor_id, frame.time_ns, detections, sensor.sigma_m, heights
                )
            )
        states.append(tracker.states())
    return states


def hand_over(
    scenario: Scenario,
    tracks: Sequence[TrackStates],
    case: Case,
    rng: np.random.Generator,
    lines_north_m: Sequence[float] = LINES_NORTH_M,
) -> list[Outcome]:
    """Hand the alarms of all crossings over, as they arrive.

    The carrier's own track is the one that the assignment of least total distance gives them,
    within half a metre, at the time of the last look, among the tracks known at its arrival.

    Parameters
    ----------
    scenario : Scenario
    tracks : sequence of TrackStates
        One per frame, from `followed`.
    case : Case
    rng : numpy.random.Generator
        Of the threat sensor and of the ideal tracks' errors.
    lines_north_m : sequence of float
        See `crossings`.

    Returns
    -------
    list of Outcome
        In the order of the crossings, without those that the case does not score.
    """
    frames = scenario.frames
    crossed = crossings(frames, lines_north_m)
    passages = alarms(frames, crossed, case, rng)
    delay_ns = nanoseconds(case.delay_s)
    arrivals = sorted(
        (look.time_ns + delay_ns, number, order)
        for number, looks in enumerate(passages)
        for order, look in enumerate(looks)
    )
    by_time = {frame.time_ns: frame for frame in frames}
    ideal = [_ideal_tracks(by_time, case.heights, rng) for _ in crossed]
    on_tracks, on_ideal = HandOver(), HandOver()
    history = TrackHistory(_HISTORY_S)
    newest = iter(tracks)
    upcoming = next(newest, None)
    outcomes: dict[int, Outcome] = {}
    for arrival_ns, number, order in arrivals:
        while upcoming is not None and upcoming.time_ns <= arrival_ns:
            history.append(upcoming)
            upcoming = next(newest, None)
        look, crossing = passages[number][order], crossed[number]
        found = on_tracks.attribute(number, look, history.at)
        ceiling = on_ideal.attribute(number, look, ideal[number])
        if number >= case.unscored_passages and order == len(passages[number]) - 1:
            own = _own_track(crossing.person_id, by_time[look.time_ns], history.at(look.time_ns))
            nearest = nearest_track((look.x_m, look.y_m), history.at(arrival_ns))
            outcomes[number] = _outcome(case, crossing, own, nearest, found, ceiling)
    return [outcomes[number] for number in sorted(outcomes)]


def nearest_track(position_m: tuple[float, float], tracks: TrackStates) -> int | None:
    """Id of the track nearest to a place; None where there is no track."""
    if len(tracks) == 0:
        return None
    distance_m = np.linalg.norm(tracks.states[:, :2] - position_m, axis=1)
    return int(tracks.track_ids[distance_m.argmin()])


def density_bin(density_per_m2: float) -> int:
    """Index of the bin of `DENSITY_EDGES_PER_M2` that holds a density.

    Examples
    --------
    >>> density_bin(0.32), density_bin(0.5), density_bin(7.0)
    (0, 1, 6)
    """
    return int(np.searchsorted(DENSITY_EDGES_PER_M2, density_per_m2, side="right")) - 1


def summarise(outcomes: Sequence[Outcome]) -> list[Row]:
    """One row per case and density bin, empty bins included, and one per case for all densities.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of any number of cases, recordings and seeds.
    """
    rows = []
    for case in dict.fromkeys(outcome.case for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.case == case]
        for index, (low, high) in enumerate(pairwise(DENSITY_EDGES_PER_M2)):
            chosen = [one for one in own if density_bin(one.density_per_m2) == index]
            rows.append(_row(case, _bin_name(low, high), chosen))
        rows.append(_row(case, "all", own))
    return rows


def calibration_error(outcomes: Sequence[Outcome]) -> float | None:
    """Expected calibration error of the hand-over's first choice on Clearway's tracks.

    See `clearway.trial.reliability`; None without an outcome.
    """
    return reliability([one.claimed for one in outcomes], [one.right for one in outcomes])[
        "expected_calibration_error"
    ]


def _outcome(
    case: Case,
    crossing: Crossing,
    own: int | None,
    nearest: int | None,
    found: Attribution,
    ceiling: Attribution,
) -> Outcome:
    first, claimed = _first_choice(found)
    held = candidate_set(found, SET_MASS)
    probability = dict(zip(found.track_ids, found.probabilities, strict=True))
    return Outcome(
        case.name,
        crossing.density_per_m2,
        right=own is not None and first == own,
        claimed=claimed,
        nearest_right=own is not None and nearest == own,
        ideal_right=_first_choice(ceiling)[0] == crossing.person_id,
        set_right=own in held,
        set_mass=sum(found.none if one is None else probability[one] for one in held),
        set_size=_tracks_in(held),
        ideal_set_size=_tracks_in(candidate_set(ceiling, SET_MASS)),
    )


def _first_choice(attribution: Attribution) -> tuple[int | None, float]:
    """The most probable track, however probable "nobody tracked" is."""
    if not attribution.track_ids:
        return None, 0.0
    best = int(np.argmax(attribution.probabilities))
    return attribution.track_ids[best], attribution.probabilities[best]


def _tracks_in(held: Iterable[int | None]) -> int:
    return sum(one is not None for one in held)


def _own_track(person_id: int, frame: Frame, tracks: TrackStates) -> int | None:
    people, rows = _assigned(frame.position_m, tracks.states[:, :2], MATCH_M)
    own = rows[frame.person_id[people] == person_id]
    return int(tracks.track_ids[own[0]]) if len(own) else None


def _assigned(
    a_m: NDArray[np.float64], b_m: NDArray[np.float64], gate_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of a and b that belong together at least total distance, none beyond the gate."""
    distance_m = np.linalg.norm(a_m[:, np.newaxis] - b_m, axis=2)
    # Beyond the gate a pair costs more than any pairs within it can save.
    rows, columns = linear_sum_assignment(np.where(distance_m <= gate_m, distance_m, 1e3))
    close = distance_m[rows, columns] <= gate_m
    return rows[close], columns[close]


def _heights(
    frame: Frame, detections_m: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    heights = rng.normal(POPULATION_HEIGHT_M, POPULATION_HEIGHT_SIGMA_M, len(detections_m))
    seen, people = _assigned(detections_m, frame.position_m, _CAMERA_GATE_M)
    heights[seen] = frame.height_m[people] + rng.normal(0.0, HEIGHT_SIGMA_M, len(seen))
    return heights


def _ideal_tracks(
    by_time: Mapping[int, Frame], heights: bool, rng: np.random.Generator
) -> Callable[[int], TrackStates]:
    """Tracks of everybody, as `TrackHistory.at` would give them.

    The error of a track is the same at all instants that a passage asks for, as that of a
    smoothed track nearly is.  Velocities are not known, nor needed where nobody is lost.
    """
    people = np.unique(np.concatenate([frame.person_id for frame in by_time.values()]))
    error_m = rng.normal(0.0, _IDEAL_SIGMA_M, (len(people), 2))
    height_error_m = rng.normal(0.0, _IDEAL_HEIGHT_SIGMA_M, len(people))
    covariance = np.diag([_IDEAL_SIGMA_M**2, _IDEAL_SIGMA_M**2, 1.0, 1.0])

    def at(time_ns: int) -> TrackStates:
        frame = by_time[time_ns]
        count = len(frame.person_id)
        rows = np.searchsorted(people, frame.person_id)
        states = np.zeros((count, 4))
        states[:, :2] = frame.position_m + error_m[rows]
        return TrackStates(
            time_ns,
            frame.person_id,
            states,
            np.tile(covariance, (count, 1, 1)),
            frame.height_m + height_error_m[rows] if heights else None,
            np.full(count, _IDEAL_HEIGHT_SIGMA_M) if heights else None,
        )

    return at


def _bin_name(low: float, high: float) -> str:
    if math.isinf(high):
        return f"> {low:g}"
    return f"{low:g}-{high:g}" if low > 0.0 else f"< {high:g}"


def _row(case: str, density: str, outcomes: Sequence[Outcome]) -> Row:
    def share(happened: Iterable[bool]) -> Proportion:
        return proportion(sum(happened), len(outcomes))

    def mean(values: Iterable[float]) -> float:
        return sum(values) / len(outcomes) if outcomes else math.nan

    size = mean(one.set_size for one in outcomes)
    ideal_size = mean(one.ideal_set_size for one in outcomes)
    return Row(
        case,
        density,
        share(one.right for one in outcomes),
        share(one.nearest_right for one in outcomes),
        share(one.ideal_right for one in outcomes),
        share(one.set_right for one in outcomes),
        mean(one.set_mass for one in outcomes),
        size,
        size / ideal_size if ideal_size > 0.0 else math.nan,
    )
