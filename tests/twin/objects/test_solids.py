from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.objects.solids import (
    arc,
    bent_rod,
    bowed,
    box,
    ellipsoid,
    extruded,
    loft,
    revolved,
    rod,
    shifted,
    turned,
    volume_m3,
)

lengths = st.floats(0.002, 1.0)
Check = Callable[[Mesh], None]


def is_convex_outward(mesh: Mesh) -> bool:
    middle = mesh.vertices_m.mean(axis=0)
    return bool((np.einsum("ij,ij->i", mesh.normals, mesh.centroids_m - middle) > 0).all())


@given(
    st.tuples(lengths, lengths, lengths), st.just(0.0) | st.floats(0.001, 0.45), st.integers(1, 5)
)
def test_box_is_closed_and_of_its_size(
    assert_closed: Check, size: tuple[float, float, float], edge: float, segments: int
) -> None:
    made = box(size, (0.1, -0.2, 0.3), edge_m=edge * min(size), segments=segments)
    assert_closed(made)
    assert is_convex_outward(made)
    np.testing.assert_allclose(np.ptp(made.vertices_m, axis=0), size)
    np.testing.assert_allclose(
        made.vertices_m.min(axis=0) + made.vertices_m.max(axis=0), [0.2, -0.4, 0.6], atol=1e-12
    )
    assert volume_m3(made) <= np.prod(size) * (1 + 1e-9)


@given(lengths, lengths, st.integers(3, 24))
def test_cylinder_has_the_volume_of_the_round_one(
    assert_closed: Check, length: float, radius: float, sides: int
) -> None:
    made = revolved([0, length], radius, sides=sides)
    assert_closed(made)
    assert is_convex_outward(made)
    assert volume_m3(made) == pytest.approx(np.pi * radius**2 * length)


@given(st.tuples(lengths, lengths, lengths))
def test_ellipsoid_is_closed_and_nears_its_volume(
    assert_closed: Check, radii: tuple[float, float, float]
) -> None:
    made = ellipsoid(radii, sides=24, rings=15)
    assert_closed(made)
    assert is_convex_outward(made)
    assert volume_m3(made) == pytest.approx(4 / 3 * np.pi * np.prod(radii), rel=0.02)


@given(st.lists(lengths, min_size=3, max_size=9), lengths, st.just(0.0) | st.floats(0.001, 0.5))
def test_prism_over_a_star_is_closed(
    assert_closed: Check, radii: list[float], thickness: float, taper: float
) -> None:
    angle = 2 * np.pi * np.arange(len(radii)) / len(radii)
    outline = np.array(radii)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    outline -= outline.mean(axis=0)
    after = np.roll(outline, -1, axis=0)
    turning = outline[:, 0] * after[:, 1] - outline[:, 1] * after[:, 0]
    if (turning <= 1e-9).any():
        return
    made = extruded(outline, thickness, taper=taper)
    assert_closed(made)
    area = 0.5 * turning.sum()
    assert volume_m3(made) == pytest.approx(area * thickness, rel=1e-6) or taper > 0


@given(st.integers(0, 10_000))
def test_bent_rod_is_closed_whatever_its_path(assert_closed: Check, seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(6, 3)) * 0.2 + [1.0, 0, 0]
    path = np.cumsum(steps, axis=0)
    made = bent_rod(path, 0.01)
    assert_closed(made)
    distance = np.linalg.norm(made.vertices_m[:, None] - path, axis=2).min(axis=1)
    assert distance.max() <= 0.0115


def test_ring_has_no_ends(assert_closed: Check) -> None:
    ring = bent_rod(arc(0.1, 0, 350, points=36), 0.004, sides=16, closed=True)
    assert_closed(ring)
    assert len(ring) == 36 * 16 * 2
    assert volume_m3(ring) == pytest.approx(np.pi * 0.004**2 * 2 * np.pi * 0.1, rel=0.02)


def test_rod_lies_between_its_ends(assert_closed: Check) -> None:
    made = rod((0, 0, 1), (0, 2, 1), 0.1)
    assert_closed(made)
    assert made.vertices_m[:, 1].min() == pytest.approx(0)
    assert made.vertices_m[:, 1].max() == pytest.approx(2)


def test_bowed_plate_lies_on_its_cylinder(assert_closed: Check) -> None:
    made = bowed(box((0.2, 0.1, 0.01), segments=20), 0.15)
    assert_closed(made)
    radius = np.hypot(made.vertices_m[:, 0], made.vertices_m[:, 2] + 0.15)
    np.testing.assert_allclose(radius[:-2], 0.15 + 0.005 * np.sign(radius[:-2] - 0.15))


def test_turned_and_shifted_keep_the_shape() -> None:
    made = box((0.1, 0.2, 0.3))
    moved = shifted(turned(made, "z", 90), (1, 2, 3))
    np.testing.assert_allclose(np.ptp(moved.vertices_m, axis=0), [0.2, 0.1, 0.3])
    np.testing.assert_allclose(moved.vertices_m.mean(axis=0), [1, 2, 3])


@pytest.mark.parametrize(
    "make",
    [
        lambda: loft(np.zeros((1, 4, 3))),
        lambda: loft(np.zeros((2, 2, 3))),
        lambda: loft(np.zeros((2, 4, 3)), closed=True),
        lambda: box((0.1, 0.1, 0.0)),
        lambda: box((0.1, 0.1, 0.1), edge_m=0.05),
        lambda: box((0.1, 0.1, 0.1), segments=0),
    ],
    ids=["one_ring", "two_points", "hoop_of_two", "flat", "all_edge", "no_segment"],
)
def test_what_is_no_solid_is_refused(make: Callable[[], Mesh]) -> None:
    with pytest.raises(ArgumentError):
        make()
