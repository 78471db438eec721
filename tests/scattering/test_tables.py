"""Facets, antennas, coefficient tables, visibility and blocks of transmitters, each for itself."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad

from clearway.errors import ArgumentError, ClearwayError, MissingExtraError
from clearway.imaging import Array
from clearway.imaging.backends.cuda import has_device
from clearway.scattering import Part
from clearway.scattering.antennas import Antenna, Elements
from clearway.scattering.coefficients import CoefficientStore
from clearway.scattering.devices import module_of_device
from clearway.scattering.echo_sum.exact import echo_sum
from clearway.scattering.facets import Facets, refined
from clearway.scattering.materials import Layer, Slab
from clearway.scattering.motion import transmitter_blocks
from clearway.scattering.scene import simulate
from clearway.scattering.settings import Settings
from clearway.scattering.visibility import Blockers, EveryAntenna, Raster, Visibility
from tests.scattering.scenes import METAL, SKIN, ball, box, distance, skin_and_metal, small_panel


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 6.5])
def test_default_gain_radiates_all_power(exponent: float) -> None:
    antenna = Antenna(pattern_exponent=exponent)
    power, _ = quad(lambda cosine: float(antenna.gain(np.array(cosine))), 0, 1)
    assert power / 2 == pytest.approx(1)
    assert antenna.gain(np.array([-0.5, 0.0])).tolist() == [0, 0]


def test_antennas_of_their_own() -> None:
    """The second transmitter looks away, the third sends the other polarisation."""
    panel = small_panel(3, 2).array
    antenna = Antenna(
        boresight=[[0, 1, 0], [0, -1, 0], [0, 1, 0]],
        polarisation=[[0, 0, 1], [0, 0, 1], [1, 0, 0]],
    )
    samples = simulate(
        [Part(ball(0.1, [0, 1.2, 1]), METAL)], Elements(panel, antenna), [8e9], Settings()
    ).samples
    strength = np.abs(samples[0]).max(axis=1)
    assert strength[1] == 0
    assert strength[2] < 0.5 * strength[0]
    with pytest.raises(ArgumentError, match="3 elements of 2"):
        Elements(panel, rx_antenna=antenna)


@pytest.mark.parametrize(
    "wrong",
    [
        {"peak_gain": 0.0},
        {"pattern_exponent": -1.0},
        {"boresight": [0, 0, 0]},
        {"polarisation": [1, 0]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_antennas_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        Antenna(**wrong)


@given(edge_m=st.floats(0.02, 0.5))
def test_refined_part_keeps_area_and_motion(edge_m: float) -> None:
    mesh = box([0.1, 0.2, 0.3], [0, 0, 0])
    speeds = np.zeros((len(mesh), 3))
    speeds[:, 0] = np.arange(len(mesh))
    fine = refined(Part(mesh, METAL, velocity_m_s=speeds), edge_m)
    corners = fine.mesh.corners_m
    assert np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max() <= edge_m * (
        1 + 1e-9
    )
    for face, normal in enumerate(mesh.normals):
        own = np.asarray(fine.velocity_m_s)[:, 0] == face
        assert fine.mesh.areas_m2[own].sum() == pytest.approx(mesh.areas_m2[face])
        np.testing.assert_allclose(fine.mesh.normals[own], np.tile(normal, (np.sum(own), 1)))


@pytest.mark.parametrize("both_ways", [False, True])
def test_looked_up_coefficients_are_near_the_exact(both_ways: bool) -> None:
    part = Part(box([1, 1, 1], [0, 0, 0]), Slab(3.0 - 0.1j, 0.02), [Layer(2.0 - 0.1j, 0.002)])
    angles = np.cos(np.radians(np.linspace(0, 87, 500)))
    table, exact = (
        CoefficientStore(is_exact=is_exact, both_ways=both_ways).of(part, 13e9)
        for is_exact in (False, True)
    )
    assert len(table[0]) == len(exact[0]) > 1
    assert (table[1] is None) == both_ways
    for looked_up, evaluated in zip(table[0], exact[0], strict=True):
        for own, true in zip(looked_up.table(angles), evaluated.table(angles), strict=True):
            assert np.abs(own - true).max() < 1e-3
        ranges_m = np.ones(len(angles))
        np.testing.assert_allclose(
            looked_up.longer(ranges_m, angles), evaluated.longer(ranges_m, angles), atol=1e-6
        )


def test_points_see_what_nothing_hides() -> None:
    facets = Facets.of(skin_and_metal())
    points = EveryAntenna(np.array([[0.0, 0.0, 1.0], [0.0, 3.0, 1.0]]))
    seen = Visibility.traced(points, facets, [Blockers(facets)], 2).seen
    body, carried = facets.part_numbers == 0, facets.part_numbers == 1
    outward = facets.normals[:, 1]
    assert not seen[0, outward > 0].any()
    assert not seen[1, carried].any()
    assert seen[0, carried & (outward < -0.5)].all()
    behind = body & (np.abs(facets.centroids_m - [0.06, 1.05, 1.0]) < [0.03, 0.05, 0.03]).all(1)
    assert behind.sum() > 3
    assert not seen[0, behind].any()


def test_raster_of_visibility_is_near_the_antennas_own() -> None:
    facets = Facets.of([refined(part, 0.03) for part in skin_and_metal()])
    places = small_panel(20, 20).positions_m
    exact, between = (
        Visibility.traced(points, facets, [Blockers(facets)]).of_antennas(slice(None))
        for points in (EveryAntenna(places), Raster(places, 5))
    )
    guided = Visibility.guided(
        EveryAntenna(places), Raster(places, 5), facets, [Blockers(facets)]
    ).of_antennas(slice(None))
    assert np.mean(guided != exact) < 0.01
    assert (guided >= exact).all()
    assert between.min() >= 0
    assert between.max() <= 1 + 1e-6
    assert np.abs(between - exact).mean() < 0.1


@given(
    times_s=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=30),
    spread_m_s=st.floats(0.0, 5.0),
    most_m=st.floats(1e-3, 1.0),
)
def test_blocks_hold_every_transmitter_once(
    times_s: list[float], spread_m_s: float, most_m: float
) -> None:
    array = Array(np.zeros((len(times_s), 3)), [[0, 0, 0]], tx_times_s=times_s)
    assert array.tx_times_s is not None
    blocks = transmitter_blocks(array, spread_m_s, most_m)
    assert sorted(one for block in blocks for one in block.transmitters) == list(
        range(len(times_s))
    )
    for block in blocks:
        np.testing.assert_allclose(
            block.time_s + block.after_s, array.tx_times_s[list(block.transmitters)], atol=1e-12
        )
        assert np.abs(block.after_s).max() * spread_m_s <= most_m * (1 + 1e-9)


@pytest.mark.parametrize(("dtype", "most"), [(np.complex64, 1e-5), (np.complex128, 1e-11)])
def test_sum_is_the_definition(dtype: type, most: float) -> None:
    rng = np.random.default_rng(4)
    tx: NDArray[Any] = (rng.normal(size=(2, 3, 9)) + 1j * rng.normal(size=(2, 3, 9))).astype(dtype)
    rx: NDArray[Any] = (rng.normal(size=(2, 4, 9)) + 1j * rng.normal(size=(2, 4, 9))).astype(dtype)
    tx_range_m, rx_range_m = 1 + rng.random((3, 9)), 2 + rng.random((4, 9))
    frequencies_hz = np.linspace(8e9, 18e9, 130)
    path_m = tx_range_m[:, None] + rx_range_m
    phasor = np.exp(-2j * np.pi / 3e8 * frequencies_hz[:, None, None, None] * path_m)
    expected = np.einsum("kti,kri,ftri->ftr", tx, rx, phasor)
    found = echo_sum(tx, rx, tx_range_m, rx_range_m, frequencies_hz, 3e8)
    assert found.dtype == dtype
    assert distance(found, expected) < most


@pytest.mark.skipif(importlib.util.find_spec("cupy") is not None, reason="CuPy is installed")
def test_missing_cupy_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"clearway\[gpu\]"):
        simulate(
            [Part(box([1, 1, 1], [0, 3, 0]), SKIN)], small_panel(), [1e9], Settings(device="gpu")
        )


def test_native_sum_needs_single_precision() -> None:
    with pytest.raises(ClearwayError, match="native"):
        simulate(
            [Part(box([0.1, 0.1, 0.1], [0, 1, 1]), SKIN)],
            small_panel(),
            [1e9],
            Settings(precision="double", echo_sum="native"),
        )
    with pytest.raises(ArgumentError, match="device"):
        module_of_device("tpu")


@pytest.mark.skipif(not has_device(), reason="no CuPy, or no CUDA device")
def test_device_agrees() -> None:
    parts, elements = skin_and_metal(), small_panel()
    there, here = (
        simulate(parts, elements, [8e9, 9e9], Settings(device=device, echo_sum="exact")).samples
        for device in ("gpu", "cpu")
    )
    assert distance(there, here) < 1e-4
