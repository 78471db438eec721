"""Scenes that change, move, and are approximated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging import Array, Grid, backproject
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.pictures.peak import find_peak
from clearway.scattering import Part
from clearway.scattering.antennas import Elements
from clearway.scattering.materials import Layer
from clearway.scattering.scene import Scene, simulate
from clearway.scattering.settings import Settings
from clearway.scattering.summation import IS_COMPILED
from tests.scattering.scenes import METAL, SKIN, ball, box, distance, skin_and_metal, small_panel

FREQUENCIES_HZ = np.linspace(8e9, 10e9, 5)
EXACT = Settings(precision="double", longest_edge_wavelengths=0.7)
KINDS = {
    "reference": EXACT,
    "both": replace(EXACT, currents="both", sub_bands=2),
    "interpolated": replace(EXACT, currents="specular", visibility="interpolated"),
    "second bounce": replace(EXACT, bounces=2),
    "single precision": replace(EXACT, precision="single", echo_sum="exact"),
    "threads": replace(EXACT, threads=2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_adding_is_the_whole_scene_anew(kind: str) -> None:
    body, carried = skin_and_metal()
    more = Part(box([0.05, 0.05, 0.3], [-0.15, 0.95, 1.1]), METAL, [Layer(2.0, 0.002)])
    scene = Scene([body], small_panel(), FREQUENCIES_HZ, KINDS[kind])
    clean = scene.sweep.samples.copy()
    whole = simulate([body, carried, more], small_panel(), FREQUENCIES_HZ, KINDS[kind])
    assert distance(scene.adding([carried, more]).samples, whole.samples) < 1e-5
    np.testing.assert_array_equal(scene.sweep.samples, clean)
    assert distance(clean, whole.samples) > 0.1


def test_what_is_added_is_traced_for_every_antenna() -> None:
    """A guided scene misses thin shadows; those of added parts are exact."""
    body, carried = skin_and_metal()
    exact = simulate([body, carried], small_panel(), FREQUENCIES_HZ, EXACT).samples
    options = replace(EXACT, visibility="guided", visibility_points=3)
    scene = Scene([body], small_panel(), FREQUENCIES_HZ, options)
    assert distance(scene.adding([carried]).samples, exact) < 1e-3


def test_garment_is_exchanged() -> None:
    body, carried = skin_and_metal()
    garment, bulged = (
        Part(ball(radius_m, [0, 1.3, 1.0], 3), Layer(1.8, 0.001), opaque=False)
        for radius_m in (0.26, 0.33)
    )
    scene = Scene([body, garment], small_panel(), FREQUENCIES_HZ, EXACT)
    found = scene.changed(adding=[carried, bulged], removing=[garment])
    whole = simulate([body, carried, bulged], small_panel(), FREQUENCIES_HZ, EXACT)
    assert distance(found.samples, whole.samples) < 1e-5
    with pytest.raises(ArgumentError, match="opaque"):
        scene.changed(removing=[body])
    with pytest.raises(ArgumentError, match="not in the scene"):
        scene.changed(removing=[bulged])


def test_parts_that_do_not_hide_each_other_add_up() -> None:
    left, right = (Part(ball(0.1, [x, 1.2, 1.0], 3), SKIN) for x in (-2.0, 2.0))
    both, *each = (
        simulate(parts, small_panel(), FREQUENCIES_HZ, EXACT).samples
        for parts in ([left, right], [left], [right])
    )
    assert distance(each[0] + each[1], both) < 1e-6


def test_hidden_part_is_silent() -> None:
    front, behind = (
        Part(box(size_m, [0, y_m, 1]), METAL)
        for size_m, y_m in (([1.5, 0.01, 1.5], 0.8), ([0.1, 0.1, 0.1], 1.2))
    )
    alone = Scene([front], small_panel(), FREQUENCIES_HZ, EXACT)
    assert distance(alone.adding([behind]).samples, alone.sweep.samples) < 1e-9
    glass = replace(front, opaque=False)
    seen = Scene([glass], small_panel(), FREQUENCIES_HZ, EXACT)
    assert distance(seen.adding([behind]).samples, seen.sweep.samples) > 1e-3


def test_order_of_frequencies_and_choice_of_pairs() -> None:
    body, _ = skin_and_metal()
    elements = small_panel()
    whole = simulate([body], elements, FREQUENCIES_HZ, EXACT)
    pairs = [[2, 3], [0, 6], [5, 1]]
    chosen = Elements(
        Array(elements.array.tx_positions_m, elements.array.rx_positions_m, pairs=pairs)
    )
    some = simulate([body], chosen, FREQUENCIES_HZ[::-1], EXACT)
    tx, rx = np.transpose(pairs)
    np.testing.assert_allclose(some.samples, whole.samples[::-1, tx, rx], rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ({"currents": "both"}, 0.06),
        ({"currents": "specular"}, 0.15),
        ({"visibility": "interpolated"}, 0.1),
        ({"visibility": "guided"}, 0.02),
        ({"sub_bands": 5}, 1e-6),
        ({"precision": "single", "echo_sum": "exact"}, 1e-4),
        ({"longest_edge_wavelengths": 0.25}, 0.06),
    ],
)
def test_distance_of_approximations_from_the_reference(kind: dict[str, Any], most: float) -> None:
    """Over the samples of a body with an object; bounds are about twice what was measured."""
    parts, options = skin_and_metal(), replace(EXACT, longest_edge_wavelengths=0.5)
    reference = simulate(parts, small_panel(), FREQUENCIES_HZ, options).samples
    found = simulate(parts, small_panel(), FREQUENCIES_HZ, replace(options, **kind)).samples
    assert distance(found, reference) < most


@pytest.mark.skipif(not IS_COMPILED, reason="the kernels are not compiled")
def test_compiled_sum_agrees() -> None:
    parts = skin_and_metal()
    exact, native = (
        simulate(parts, small_panel(), FREQUENCIES_HZ, Settings(echo_sum=kind)).samples
        for kind in ("exact", "native")
    )
    assert distance(native, exact) < 5e-3


@settings(max_examples=5, deadline=None)
@given(velocity_m_s=st.tuples(*[st.floats(-2.5, 2.5)] * 3), sweep_s=st.floats(1e-4, 5e-3))
def test_motion_is_a_static_scene_for_each_transmitter(
    velocity_m_s: tuple[float, float, float], sweep_s: float
) -> None:
    panel = small_panel(4, 5).array
    times_s = np.linspace(-sweep_s / 2, sweep_s / 2, 4)[[2, 0, 3, 1]]
    timed = Array(panel.tx_positions_m, panel.rx_positions_m, tx_times_s=times_s)
    mesh, velocity = box([0.2, 0.05, 0.15], [0.1, 1.2, 1.0]), np.array(velocity_m_s)
    options = replace(EXACT, max_phase_error_rad=0.02)
    found = simulate(
        [Part(mesh, METAL, velocity_m_s=velocity)], Elements(timed), FREQUENCIES_HZ, options
    ).samples
    one_by_one = [
        simulate(
            [Part(mesh.moved(np.eye(3), velocity * time_s), METAL)],
            Elements(Array(panel.tx_positions_m[[number]], panel.rx_positions_m)),
            FREQUENCIES_HZ,
            EXACT,
        ).samples
        for number, time_s in enumerate(times_s)
    ]
    assert distance(found, np.concatenate(one_by_one, axis=1)) < 0.02


def test_second_bounce_moves_too() -> None:
    """A scene that moves as a whole is one before an array that moves the other way."""
    panel = small_panel(3, 4).array
    velocity, times_s = np.array([2.0, 0.5, 0.0]), np.array([-2e-3, 0.0, 2e-3])
    timed = Array(panel.tx_positions_m, panel.rx_positions_m, tx_times_s=times_s)
    floor, wall = box([0.3, 0.3, 0.01], [0, 1.2, 0.6]), box([0.3, 0.01, 0.3], [0, 1.35, 0.75])
    options = replace(EXACT, bounces=2, max_phase_error_rad=0.02)
    found = simulate(
        [Part(one, METAL, velocity_m_s=velocity) for one in (floor, wall)],
        Elements(timed),
        FREQUENCIES_HZ,
        options,
    ).samples
    one_by_one = [
        simulate(
            [Part(one.moved(np.eye(3), velocity * time_s), METAL) for one in (floor, wall)],
            Elements(Array(panel.tx_positions_m[[number]], panel.rx_positions_m)),
            FREQUENCIES_HZ,
            options,
        ).samples
        for number, time_s in enumerate(times_s)
    ]
    assert distance(found, np.concatenate(one_by_one, axis=1)) < 0.05


def test_image_shows_the_object_beside_the_body() -> None:
    elements = Elements(jittered_panel(32, 32, np.random.default_rng(2)))
    body = Part(ball(0.3, [-0.4, 1.35, 1.0], 4), SKIN)
    front_m, centre_m = 1.1, np.array([0.3, 1.125, 1.1])
    carried = Part(box([0.12, 0.05, 0.2], centre_m), METAL)
    scene = Scene(
        [body], elements, np.linspace(8e9, 16e9, 48), replace(Settings.training(), echo_sum="exact")
    )
    grid = Grid(np.arange(-0.8, 0.62, 0.03), np.arange(0.9, 1.4, 0.02), np.arange(0.6, 1.4, 0.03))
    clean, threat = (
        np.abs(backproject(sweep, grid, window="hann"))
        for sweep in (scene.sweep, scene.adding([carried]))
    )
    peak = find_peak(threat, grid)
    offset_m = np.abs(np.array(peak.position_m) - [centre_m[0], front_m, centre_m[2]])
    assert (offset_m <= [0.06, 0.02, 0.1]).all()
    body_peak = np.array(find_peak(clean, grid).position_m)
    assert np.linalg.norm(body_peak - [-0.4, 1.35, 1.0]) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sub_bands": 0},
        {"visibility_points": 1},
        {"max_phase_error_rad": 0.0},
        {"currents": "magnetic"},
        {"propagation_speed_m_s": -1.0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        Settings(**wrong)
