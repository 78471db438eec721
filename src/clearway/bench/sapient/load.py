"""People who walk through a corridor, and the cameras that report them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS, Detection, nanoseconds, seconds
from clearway.domain.detection import Covariance
from clearway.errors import ArgumentError
from clearway.site.reading import site_from_text
from clearway.site.schema import Site
from clearway.twin.random_streams import random_stream

__all__ = ["HEIGHT_SIGMA_M", "LENGTH_M", "Load", "Walkers", "camera_scans", "camera_site"]

HEIGHT_SIGMA_M = 0.05
"""Of a camera's measured body height."""

LENGTH_M = 40.0
"""Of the station's corridor."""
_WIDTH_M = 6.0
_WALL_M = 0.4
_SWAY_M, _SWAY_S = 0.1, 2.0
"""People's side-to-side drift, and its period."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent to the service."""

    nodes: int = 8
    """Cameras, each a process of its own; together they see the whole corridor once."""
    rate_hz: float = 25.0
    """Scans of each camera per second."""
    people: int = 10
    """In view of each camera, mean; their total is exact."""
    looks: int = 3
    """Of each curtain at everybody who passes; 0 for silent curtains."""
    seconds: float = 60.0
    """What is measured, after the warm-up."""
    warm_up_s: float = 3.0
    """Until everybody is followed; not counted."""
    seed: int = 1
    """Of people and of the cameras' errors."""

    def __post_init__(self) -> None:
        """Refuse what is no load."""
        for name in ("nodes", "rate_hz", "people", "seconds"):
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"is {getattr(self, name)}", "give a positive number")
        if self.looks < 0:
            raise ArgumentError("looks", f"is {self.looks}", "give a number, 0 for none")

    @property
    def offered_per_s(self) -> float:
        """Detections that the cameras send per second; the curtains' looks are not counted."""
        return self.nodes * self.rate_hz * self.people

    @property
    def duration_s(self) -> float:
        """Of the whole run."""
        return self.warm_up_s + self.seconds

    def walkers(self) -> Walkers:
        """All people, the same for every sensor."""
        return Walkers(self.nodes * self.people, random_stream(self.seed, "walkers"))


def camera_site(load: Load) -> tuple[Site, str]:
    """The station of the demonstration with other cameras.

    Its curtains stay, with the looks of the load.  Its trace sensor stays, and stays silent.

    Returns
    -------
    site : Site
    text : str
        Of its file.
    """
    station = files("clearway.site") / "station.toml"
    raw: dict[str, Any] = tomllib.loads(station.read_text("utf-8"))
    template = next(sensor for sensor in raw["sensors"] if sensor["kind"] == "camera")
    others = [sensor for sensor in raw["sensors"] if sensor["kind"] != "camera"]
    for sensor in others:
        if sensor["kind"] == "curtain":
            sensor["error_model"]["looks"] = max(load.looks, 1)
    tile_m = LENGTH_M / load.nodes
    cameras = []
    for index in range(load.nodes):
        west_m, east_m = index * tile_m, (index + 1) * tile_m
        cameras.append(
            template
            | {
                "id": f"camera-{index + 1}",
                "position_m": [west_m + 0.1, 0.1, 2.8],
                "coverage": [
                    [west_m, 0.0],
                    [east_m, 0.0],
                    [east_m, _WIDTH_M],
                    [west_m, _WIDTH_M],
                ],
                "rate_hz": load.rate_hz,
            }
        )
    text = tomli_w.dumps(raw | {"sensors": cameras + others})
    return site_from_text(text, Path(str(station))), text


class Walkers:
    """People on lanes of their own, half of them in each direction, always the same number.

    Whoever leaves at one end comes in at the other as somebody else.  Speeds as in the station:
    1.34 m/s with a standard deviation of 0.26 m/s (Weidmann, Transporttechnik der Fussgaenger,
    ETH Zurich, 1993).

    Parameters
    ----------
    count : int
    rng : numpy.random.Generator
    """

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self._start_m = rng.uniform(0.0, LENGTH_M, count)
        speed_m_s = np.clip(rng.normal(1.34, 0.26, count), 0.6, 2.2)
        self._velocity_m_s = speed_m_s * np.where(np.arange(count) % 2, 1.0, -1.0)
        free_m = _WALL_M + _SWAY_M
        self._lane_m = rng.permutation(np.linspace(free_m, _WIDTH_M - free_m, count))
        self._phase = rng.uniform(0.0, 2.0 * np.pi, count)
        self.height_m: NDArray[np.float64] = rng.normal(1.72, 0.09, count)

    def __len__(self) -> int:
        return len(self.height_m)

    def laps(self, time_s: float) -> NDArray[np.int64]:
        """How often each has left and come in anew after ``time_s``, negative westwards."""
        along_m = self._start_m + self._velocity_m_s * time_s
        return np.floor(along_m / LENGTH_M).astype(np.int64)

    def at(self, time_s: float) -> NDArray[np.float64]:
        """Positions after ``time_s``, shape (people, 2), site frame, metres."""
        along_m = (self._start_m + self._velocity_m_s * time_s) % LENGTH_M
        sway_m = _SWAY_M * np.sin(2.0 * np.pi * time_s / _SWAY_S + self._phase)
        return np.column_stack([along_m, self._lane_m + sway_m])


def camera_scans(
    site: Site, load: Load, index: int, start_ns: int
) -> Iterator[tuple[int, list[Detection]]]:
    """What one camera sees from ``start_ns`` on; no cameras scan at the same moment.

    It sees everybody in its part of the corridor: how much is sent must not depend on chance.

    Yields
    ------
    (int, list of Detection)
        UTC of the scan, and one detection per person in view.
    """
    camera = site.cameras[index]
    walkers = load.walkers()
    rng = random_stream(load.seed, f"sensor {camera.id}")
    sigma_m = camera.error_model.sigma_m
    covariance = Covariance(sigma_m**2, 0.0, sigma_m**2)
    west_m, east_m = camera.coverage[0][0], camera.coverage[1][0]
    interval_ns = nanoseconds(1.0 / load.rate_hz)
    time_ns = start_ns + int(rng.integers(interval_ns))
    end_ns = start_ns + round(load.duration_s * NANOSECONDS)
    sequence = 0
    while time_ns < end_ns:
        position_m = walkers.at(seconds(time_ns - start_ns))
        inside = np.flatnonzero((position_m[:, 0] >= west_m) & (position_m[:, 0] < east_m))
        inside = rng.permutation(inside)
        measured_m = position_m[inside] + rng.normal(0.0, sigma_m, (len(inside), 2))
        height_m = walkers.height_m[inside] + rng.normal(0.0, HEIGHT_SIGMA_M, len(inside))
        scan = []
        for (x_m, y_m), tall_m in zip(measured_m.tolist(), height_m.tolist(), strict=True):
            scan.append(
                Detection(
                    camera.id,
                    sequence,
                    time_ns,
                    time_ns,
                    x_m,
                    y_m,
                    covariance,
                    height_m=tall_m,
                    height_sigma_m=HEIGHT_SIGMA_M,
                )
            )
            sequence += 1
        yield time_ns, scan
        time_ns += interval_ns
