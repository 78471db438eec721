"""Real walking people under simulated person sensors, as every tracker in the comparison sees them.

Recorded trajectories of a corridor are the truth; two sensors, one on each half, overlap in the
middle.  In the *base* variant misses are independent; in the *hard* one they come in bursts,
neighbours hide each other and each sensor is off by an offset that nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS
from clearway.twin.crowd import Crowd, read_recording

RATE_HZ = 10.0
"""Of both sensors, which scan at the same instants."""
OVERLAP = 0.3
"""Share of the corridor that both sensors see."""
DURATION_S = 50.0
"""Of the part of a recording that is watched."""
_SHORTER_S = {"bot-300-085-085": 40.0}
"""As it was when the peers were tuned on it."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is wrong with the sensors."""

    name: str
    sigma_m: tuple[float, float]
    """Of the two sensors, standard deviation per axis."""
    clutter_per_scan: float
    miss_persistence: float = 0.0
    """Probability that a person who was missed is missed again; 0: misses are independent."""
    offset_sigma_m: float = 0.0
    """Each sensor's fixed offset is drawn from N(0, this) per axis; trackers are not told."""
    occlusion_width_m: float = 0.0
    """Of two people closer than this one is lost with probability one half."""
    detection_probability: float = 0.9


BASE = Variant("base", (0.10, 0.20), 2.0)
HARD = Variant(
    "hard", (0.20, 0.20), 4.0, miss_persistence=0.8, offset_sigma_m=0.1, occlusion_width_m=0.35
)


@dataclass(frozen=True, slots=True)
class SensorModel:
    """What a tracker is told of one sensor."""

    sensor_id: str
    sigma_m: float
    detection_probability: float
    clutter_per_scan: float
    coverage: tuple[float, float, float, float]
    """West, south, east and north edge in metres."""

    def covers(self, position_m: NDArray[np.float64], margin_m: float = 0.0) -> NDArray[np.bool_]:
        """Which of (n, 2) positions lie in the coverage, or at most a margin beside it."""
        low, high = np.array(self.coverage[:2]), np.array(self.coverage[2:])
        inside: NDArray[np.bool_] = np.all(
            (position_m >= low - margin_m) & (position_m <= high + margin_m), axis=1
        )
        return inside

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Of the coverage, anticlockwise."""
        west, south, east, north = self.coverage
        return (west, south), (east, south), (east, north), (west, north)

    @property
    def area_m2(self) -> float:
        """Of the coverage."""
        west, south, east, north = self.coverage
        return (east - west) * (north - south)


@dataclass(frozen=True, slots=True)
class Frame:
    """One instant: who is where, and what the sensors say."""

    time_ns: int
    person_id: NDArray[np.int64]
    """Shape (n,)."""
    position_m: NDArray[np.float64]
    """Shape (n, 2): the truth."""
    height_m: NDArray[np.float64]
    """Shape (n,)."""
    detections_m: tuple[NDArray[np.float64], ...]
    """One (m, 2) array per sensor, in the order of `Scenario.sensors`."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A recording under one variant of the sensors and one seed."""

    recording: str
    variant: Variant
    seed: int
    sensors: tuple[SensorModel, ...]
    frames: tuple[Frame, ...]

    @property
    def name(self) -> str:
        """As it stands in tables and file names."""
        return f"{self.recording} {self.variant.name} {self.seed}"


def busiest_window_s(crowd: Crowd, duration_s: float) -> float:
    """Start of the ``duration_s`` seconds with the most people at once on average."""
    count = np.bincount(crowd.frame_of_row)
    length = min(round(duration_s * crowd.rate_hz), len(count))
    total = np.concatenate([[0], np.cumsum(count)])
    return int(np.argmax(total[length:] - total[:-length])) / crowd.rate_hz


def watched_s(path: Path) -> float:
    """How long a part of a recording the comparison watches.

    Examples
    --------
    >>> watched_s(Path("bot-300-085-085.txt.gz")), watched_s(Path("uo-180-180-120.txt.gz"))
    (40.0, 50.0)
    """
    return _SHORTER_S.get(recording_name(path), DURATION_S)


def recording_name(path: Path) -> str:
    """Name of a recording in tables: that of its file, without endings."""
    return path.name.split(".")[0]


def load_scenario(
    path: Path, variant: Variant, seed: int, duration_s: float | None = None
) -> Scenario:
    """Let the sensors of a variant watch the busiest part of a recording.

    Parameters
    ----------
    path : Path
        A recording of a corridor along the north axis.
    variant : Variant
    seed : int
        Of all that the sensors do by chance.
    duration_s : float, optional
        Seconds, `watched_s` by default; the whole recording where it is shorter.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the recording cannot be read.
    """
    if duration_s is None:
        duration_s = watched_s(path)
    crowd = read_recording(path)
    rng = np.random.default_rng([seed, *variant.name.encode()])
    start_s = busiest_window_s(crowd, duration_s)
    end_s = min(start_s + duration_s, crowd.duration_s)
    truth = [crowd.at(time_s) for time_s in np.arange(start_s, end_s, 1.0 / RATE_HZ)]
    everywhere = np.concatenate([present.position_m for present in truth])
    sensors = _two_sensors(variant, everywhere.min(axis=0), everywhere.max(axis=0))
    sights = [_Sight(sensor, variant, rng) for sensor in sensors]
    frames = [
        Frame(
            # Away from zero, so that a tracker that subtracts meets no negative time.
            round((1.0 + index / RATE_HZ) * NANOSECONDS),
            crowd.person_id[present.person],
            present.position_m,
            crowd.height_m[present.person],
            tuple(sight.look(present.person, present.position_m) for sight in sights),
        )
        for index, present in enumerate(truth)
    ]
    return Scenario(recording_name(path), variant, seed, sensors, tuple(frames))


def _two_sensors(
    variant: Variant, low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[SensorModel, ...]:
    (west, south), (east, north) = low.tolist(), high.tolist()
    middle, half = (south + north) / 2, OVERLAP * (north - south) / 2
    return tuple(
        SensorModel(
            name, sigma, variant.detection_probability, variant.clutter_per_scan,
            (west, bottom, east, top),
        )
        for name, sigma, bottom, top in zip(
            "AB", variant.sigma_m, (south, middle - half), (middle + half, north), strict=True
        )
    )  # fmt: skip


class _Sight:
    """One sensor's chances, remembered from scan to scan."""

    def __init__(self, sensor: SensorModel, variant: Variant, rng: np.random.Generator) -> None:
        self._sensor, self._variant, self._rng = sensor, variant, rng
        self._offset_m = rng.normal(0.0, variant.offset_sigma_m, 2)
        self._missed: set[int] = set()

    def look(
        self, person_id: NDArray[np.int64], position_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        rng, variant = self._rng, self._variant
        inside = self._sensor.covers(position_m)
        person_id, position_m = person_id[inside], position_m[inside]
        missed = self._misses(person_id)
        self._missed = set(person_id[missed].tolist())
        seen = ~missed & ~self._occluded(position_m)
        noise = rng.normal(0.0, self._sensor.sigma_m, (int(seen.sum()), 2))
        west, south, east, north = self._sensor.coverage
        clutter = rng.uniform(
            (west, south), (east, north), (rng.poisson(variant.clutter_per_scan), 2)
        )
        detections = np.concatenate([position_m[seen] + noise + self._offset_m, clutter])
        shuffled: NDArray[np.float64] = rng.permutation(detections)
        return shuffled

    def _misses(self, person_id: NDArray[np.int64]) -> NDArray[np.bool_]:
        stay = self._variant.miss_persistence
        share = 1.0 - self._variant.detection_probability
        if stay == 0.0:
            chance = np.full(len(person_id), share)
        else:
            before = np.isin(person_id, list(self._missed))
            chance = np.where(before, stay, share * (1.0 - stay) / (1.0 - share))
        return self._rng.random(len(person_id)) < chance

    def _occluded(self, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        hidden = np.zeros(len(position_m), dtype=bool)
        gap = np.linalg.norm(position_m[:, None] - position_m[None], axis=2)
        for pair in np.argwhere(np.triu(gap < self._variant.occlusion_width_m, 1)):
            if self._rng.random() < 0.5:
                hidden[self._rng.choice(pair)] = True
        return hidden
