import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest

from clearway.bench.tracking.scenario import (
    BASE,
    HARD,
    Scenario,
    Variant,
    busiest_window_s,
    load_scenario,
)
from clearway.twin.crowd import read_recording

SURE = Variant("sure", (1e-9, 1e-9), 0.0, detection_probability=1.0)
"""Sensors without a fault."""


@pytest.fixture
def corridor(tmp_path: Path) -> Path:
    """Twelve people abreast in two rows, 0.3 m apart, walk 24 m north; two stay 30 s longer."""
    rows = []
    for who in range(12):
        for frame in range(320 if who < 10 else 800):
            north_cm = 2400 * min(frame, 319) / 319
            rows.append(f"{who} {frame} {30 * (who % 6)} {north_cm + 300 * (who // 6):.3f} 170")
    path = tmp_path / "corridor.txt.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return path


def seen_share(scenario: Scenario, sensor: int) -> float:
    """Detections per person in the coverage."""
    present = sum(
        int(scenario.sensors[sensor].covers(frame.position_m).sum()) for frame in scenario.frames
    )
    return sum(len(frame.detections_m[sensor]) for frame in scenario.frames) / present


def test_a_faultless_sensor_sees_everybody_in_its_coverage(corridor: Path) -> None:
    scenario = load_scenario(corridor, SURE, 1, 15.0)
    assert len(scenario.frames) == 150
    for frame in scenario.frames:
        for sensor, detections in zip(scenario.sensors, frame.detections_m, strict=True):
            inside = frame.position_m[sensor.covers(frame.position_m)]
            assert len(detections) == len(inside)
            if len(inside):
                gap = np.linalg.norm(detections[:, None] - inside[None], axis=2)
                assert gap.min(axis=0).max() < 1e-6


def test_the_sensors_share_the_middle_third_of_the_corridor(corridor: Path) -> None:
    a, b = load_scenario(corridor, BASE, 1, 15.0).sensors
    length_m = b.coverage[3] - a.coverage[1]
    assert a.coverage[3] - b.coverage[1] == pytest.approx(0.3 * length_m)
    assert a.area_m2 + b.area_m2 == pytest.approx(1.3 * length_m * (a.coverage[2] - a.coverage[0]))
    assert (a.sigma_m, b.sigma_m) == (0.10, 0.20)


def test_the_busiest_part_is_watched(corridor: Path) -> None:
    assert busiest_window_s(read_recording(corridor), 15.0) == 0.0
    everywhere = load_scenario(corridor, SURE, 1, 1000.0)
    assert len(everywhere.frames) == pytest.approx(500, abs=1)
    assert len(everywhere.frames[-1].person_id) == 2


def test_a_seed_gives_one_scenario_and_another_seed_another(corridor: Path) -> None:
    one, same, other = (load_scenario(corridor, HARD, seed, 5.0) for seed in (1, 1, 2))
    for left, right in zip(one.frames, same.frames, strict=True):
        for a, b in zip(left.detections_m, right.detections_m, strict=True):
            np.testing.assert_array_equal(a, b)
    assert not np.array_equal(one.frames[0].detections_m[0], other.frames[0].detections_m[0])


def test_one_in_ten_is_missed_alone_or_in_bursts(corridor: Path) -> None:
    alone = dataclasses.replace(SURE, detection_probability=0.9)
    bursts = dataclasses.replace(alone, miss_persistence=0.8)
    # A burst lasts five scans on average, hence fewer independent chances and a wider bound.
    for variant, bound in ((alone, 0.02), (bursts, 0.04)):
        scenario = load_scenario(corridor, variant, 3, 50.0)
        assert seen_share(scenario, 0) == pytest.approx(0.9, abs=bound)


def test_clutter_comes_on_top(corridor: Path) -> None:
    clear = load_scenario(corridor, SURE, 1, 20.0)
    cluttered = load_scenario(corridor, dataclasses.replace(SURE, clutter_per_scan=3.0), 1, 20.0)
    extra = [
        len(with_.detections_m[1]) - len(without.detections_m[1])
        for with_, without in zip(cluttered.frames, clear.frames, strict=True)
    ]
    assert min(extra) >= 0
    assert np.mean(extra) == pytest.approx(3.0, abs=0.5)


def test_an_offset_is_the_sensor_s_own_and_stays(corridor: Path) -> None:
    scenario = load_scenario(corridor, dataclasses.replace(SURE, offset_sigma_m=0.1), 1, 10.0)
    offsets = []
    for number, sensor in enumerate(scenario.sensors):
        found = []
        for frame in scenario.frames:
            inside = frame.position_m[sensor.covers(frame.position_m)]
            if len(inside):
                found.append(frame.detections_m[number].mean(axis=0) - inside.mean(axis=0))
        np.testing.assert_allclose(found, np.broadcast_to(found[0], (len(found), 2)), atol=1e-6)
        offsets.append(found[0])
    assert np.linalg.norm(offsets[0] - offsets[1]) > 0.01


def test_close_neighbours_hide_each_other(corridor: Path) -> None:
    hidden = load_scenario(corridor, dataclasses.replace(SURE, occlusion_width_m=0.35), 1, 15.0)
    apart = load_scenario(corridor, dataclasses.replace(SURE, occlusion_width_m=0.25), 1, 15.0)
    assert seen_share(apart, 0) == 1.0
    # Of the six in a row four have two neighbours: some 5/12 of the pairs' chances remain.
    assert 0.5 < seen_share(hidden, 0) < 0.75
