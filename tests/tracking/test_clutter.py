"""What a detection may be besides a person who is followed."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.tracking.clutter import Background
from clearway.tracking.settings import TrackerSettings
from tests.tracking.people import SENSOR

SETTINGS = TrackerSettings()
AREA_M2 = 200.0


def scanned_out() -> Background:
    """After so many scans of an empty floor that nobody is left unknown."""
    background = Background(SENSOR, SETTINGS)
    for _ in range(30):
        background.expect(round(SENSOR.clutter_per_scan), known=0.0)
        background.scanned()
    return background


@pytest.mark.parametrize("clutter", [0.5, 2.0, 8.0])
def test_the_clutter_rate_is_found(clutter: float) -> None:
    rng = np.random.default_rng(1)
    background = scanned_out()
    found = []
    for _ in range(2000):
        background.expect(int(rng.poisson(clutter)), known=0.0)
        found.append(background.clutter_per_scan)
    assert np.mean(found[100:]) == pytest.approx(clutter, rel=0.1)
    assert background.clutter_per_m2 == background.clutter_per_scan / AREA_M2


def test_a_flood_is_discounted_within_a_second_and_forgotten_in_five() -> None:
    background = scanned_out()
    stated, flood = SENSOR.clutter_per_scan, 100 * SENSOR.clutter_per_scan
    for _ in range(10):
        background.expect(int(flood), known=0.0)
    assert background.clutter_per_scan > flood / 2
    for _ in range(50):
        background.expect(0, known=0.0)
    assert background.clutter_per_scan < 2 * stated


def test_people_who_are_followed_are_no_clutter() -> None:
    background = scanned_out()
    for _ in range(100):
        background.expect(20, known=20.0)
    assert background.clutter_per_scan <= SENSOR.clutter_per_scan


def test_people_whose_tracks_were_lost_are_no_clutter() -> None:
    background = scanned_out()
    for _ in range(50):
        background.expect(100, known=99.0)
    for _ in range(20):
        background.expect(100, known=50.0)
    assert background.clutter_per_scan < 15.0
    for _ in range(600):
        background.expect(100, known=50.0)
    assert background.clutter_per_scan > 45.0, "a minute later they are"


def test_a_full_floor_at_the_first_scan_is_no_clutter() -> None:
    background = Background(SENSOR, SETTINGS)
    background.expect(150, known=0.0)
    assert background.clutter_per_scan <= SENSOR.clutter_per_scan


def test_quiet_minutes_do_not_make_the_rate_zero() -> None:
    background = scanned_out()
    for _ in range(1000):
        background.expect(0, known=0.0)
    assert background.clutter_per_scan == SENSOR.clutter_per_scan / 2


def test_unknown_people_are_found_by_scans_and_come_while_nobody_looks() -> None:
    background = Background(SENSOR, SETTINGS)
    at_first = background.unknown_per_m2
    background.scanned()
    once = background.unknown_per_m2
    assert once == pytest.approx(at_first * (1.0 - SENSOR.detection_probability))
    background.unwatched(2.0)
    assert once < background.unknown_per_m2 < at_first
    background.unwatched(1e4)
    assert background.unknown_per_m2 == at_first
