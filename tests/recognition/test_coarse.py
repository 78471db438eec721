from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.imaging import Array, Sweep
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.recognition import CoarsePass

FREQUENCIES_HZ = np.linspace(8e9, 18e9, 100)[:30]


def body_points(x_m: float, y_m: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points on the near side of an elliptic cylinder."""
    angle = rng.uniform(-1.0, 1.0, 30)
    return np.column_stack(
        (x_m + 0.13 * np.sin(angle), y_m - 0.2 * np.cos(angle), rng.uniform(0.3, 1.7, 30))
    )


def sweep_of(*places: tuple[float, float]) -> Sweep:
    rng = np.random.default_rng(4)
    panel = jittered_panel(48, 48, rng)
    points = np.concatenate([body_points(x, y, rng) for x, y in places])
    phases = np.exp(2j * np.pi * rng.random(len(points)))
    return point_echoes(panel, FREQUENCIES_HZ, points, phases)


@pytest.mark.parametrize(
    ("x_m", "y_m"), [(0.0, 1.2), (-0.5, 1.0), (0.6, 1.6)], ids=["middle", "left", "far"]
)
def test_a_person_is_found_within_a_voxel_or_two(x_m: float, y_m: float) -> None:
    sweep = sweep_of((x_m, y_m))
    finder = CoarsePass(sweep.array, FREQUENCIES_HZ)
    (sighting, *_) = finder.find(sweep.samples)
    assert abs(sighting.x_m - x_m) < 0.1
    assert abs(sighting.y_m - y_m) < 0.1


def test_two_people_are_two_sightings() -> None:
    sweep = sweep_of((-0.55, 1.1), (0.55, 1.2))
    finder = CoarsePass(sweep.array, FREQUENCIES_HZ)
    first, second, *_ = finder.find(sweep.samples)
    left, right = sorted((first, second))
    assert abs(left.x_m + 0.55) < 0.12
    assert abs(right.x_m - 0.55) < 0.12


def test_silence_holds_nobody() -> None:
    sweep = sweep_of((0.0, 1.2))
    finder = CoarsePass(sweep.array, FREQUENCIES_HZ)
    assert finder.find(np.zeros_like(sweep.samples)) == ()


def test_a_list_of_pairs_is_looked_at_in_part() -> None:
    full = sweep_of((0.3, 1.2))
    pairs = full.array.channels[::2]
    array = Array(full.tx_positions_m, full.rx_positions_m, pairs=pairs)
    samples = full.samples.reshape(len(FREQUENCIES_HZ), -1)[:, ::2]
    finder = CoarsePass(array, FREQUENCIES_HZ)
    (sighting, *_) = finder.find(samples)
    assert abs(sighting.x_m - 0.3) < 0.1
    assert finder.updates < len(pairs) * 36 * 41 * 51
