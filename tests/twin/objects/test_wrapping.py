import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from clearway.errors import ArgumentError
from clearway.twin.objects import CALM, CATALOGUE, Family, Placed, WrapSurface, wrap

FAMILIES = {f"{family.kind}/{family.name}": family for family in CATALOGUE}
WORN = [family for family in CATALOGUE if family.draw(np.random.default_rng(0)).girth_m]
every_worn = pytest.mark.parametrize("family", WORN, ids=[f"{f.kind}-{f.name}" for f in WORN])
Line = tuple[NDArray[np.float64], NDArray[np.float64]]


def ellipse(a_m: float, b_m: float, z_m: float = 1.0, points: int = 120) -> Line:
    """Counter-clockwise from the front, which is at -y."""
    angle = 2 * np.pi * np.arange(points) / points - np.pi / 2
    flat = np.zeros(points)
    line = np.column_stack([a_m * np.cos(angle), b_m * np.sin(angle), flat + z_m])
    normals = np.column_stack([b_m * np.cos(angle), a_m * np.sin(angle), flat])
    return line, normals / np.linalg.norm(normals, axis=1, keepdims=True)


def vertices(pieces: list[Placed]) -> NDArray[np.float64]:
    return np.concatenate([piece.mesh.vertices_m for piece in pieces])


def outside(points: NDArray[np.float64], a_m: float, b_m: float) -> NDArray[np.float64]:
    """Distance from a fine ellipse, negative inside."""
    line, _ = ellipse(a_m, b_m, points=6000)
    distance, _ = cKDTree(line[:, :2]).query(points[:, :2])
    sign = np.sign((points[:, 0] / a_m) ** 2 + (points[:, 1] / b_m) ** 2 - 1)
    return np.asarray(sign * distance)


@given(st.floats(0.14, 0.22), st.floats(0.09, 0.14), st.integers(0, 10_000))
def test_a_strap_closes_round_the_body_and_follows_it(a: float, b: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    belt = FAMILIES["belt/leather"].draw(rng)
    girth = WrapSurface(*ellipse(a, b))
    pieces = wrap(belt, girth, rng)
    strap, flat = pieces[0].mesh, belt.pieces[0].mesh
    thickness = float(np.ptp(flat.vertices_m[:, 2]))
    heights = outside(strap.vertices_m, a, b)
    assert heights.min() > 0.0005
    assert heights.max() < 0.0105 + thickness
    ends = [strap.vertices_m[np.isclose(flat.vertices_m[:, 0], x)] for x in (-0.475, 0.475)]
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-9)
    angles = np.sort(np.arctan2(strap.vertices_m[:, 1], strap.vertices_m[:, 0]))
    assert np.diff(angles, append=angles[0] + 2 * np.pi).max() < 2 * np.pi / 24


@every_worn
def test_worn_things_stay_outside_the_body(family: Family) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        worn = family.draw(rng)
        pieces = wrap(worn, WrapSurface(*ellipse(0.17, 0.115)), rng)
        heights = outside(vertices(pieces), 0.17, 0.115)
        assert heights.min() > 0.0004
        assert np.isfinite(heights).all()
        assert vertices(pieces)[:, 2].mean() == pytest.approx(1.0, abs=0.08)


def test_the_buckle_is_in_front_and_the_stays_are_behind() -> None:
    rng = np.random.default_rng(1)
    girth = WrapSurface(*ellipse(0.17, 0.12))
    belt = wrap(FAMILIES["belt/leather"].draw(rng), girth, rng, CALM)
    brace = wrap(FAMILIES["brace/back_brace"].draw(rng), girth, rng, CALM)
    assert belt[1].mesh.vertices_m[:, 1].max() < -0.1
    assert all(p.mesh.vertices_m[:, 1].min() > 0.08 for p in brace if p.name == "stay")


def test_stiff_blocks_keep_their_shape() -> None:
    rng = np.random.default_rng(5)
    belt = FAMILIES["explosive/block_belt"].draw(rng)
    pieces = wrap(belt, WrapSurface(*ellipse(0.2, 0.14)), rng)
    for piece, flat in zip(pieces, belt.pieces, strict=True):
        if piece.name == "block":
            np.testing.assert_allclose(piece.mesh.areas_m2, flat.mesh.areas_m2)


@pytest.mark.parametrize(
    "name", ["explosive/block_belt", "explosive/block_vest", "brace/money_belt"]
)
@pytest.mark.parametrize("radius_m", [0.112, 0.2])
def test_blocks_keep_their_distances_on_slim_and_stout_people(name: str, radius_m: float) -> None:
    for seed in range(6):
        rng = np.random.default_rng(seed)
        worn = FAMILIES[name].draw(rng)
        girth = WrapSurface(*ellipse(radius_m, radius_m, points=720))
        laid = wrap(worn, girth, rng, CALM)
        stiff = [
            (piece.anchor_m[0], piece.at_back, found.mesh.centroids_m.mean(axis=0))
            for piece, found in zip(worn.pieces, laid, strict=True)
            if piece.name in {"block", "bundle"}
        ]
        along = [np.arctan2(x, -y) * radius_m for _, _, (x, y, _) in stiff]
        assert len(stiff) >= 2
        for (flat_m, at_back, _), place_m in zip(stiff, along, strict=True):
            middle = girth.length_m / 2 if at_back else 0.0
            own_m = flat_m - (0.475 if at_back else 0.0)
            off_m = np.mod(place_m - middle - own_m + 0.1, girth.length_m) - 0.1
            assert off_m == pytest.approx(0, abs=0.003)


def test_the_sense_of_the_line_does_not_matter() -> None:
    line, normals = ellipse(0.17, 0.12)
    backward = [np.roll(values[::-1], 1, axis=0) for values in (line, normals)]
    belts = [
        wrap(
            FAMILIES["explosive/pipe_belt"].draw(np.random.default_rng(2)),
            girth,
            np.random.default_rng(3),
        )
        for girth in (WrapSurface(line, normals), WrapSurface(*backward))
    ]
    np.testing.assert_allclose(vertices(belts[0]), vertices(belts[1]), atol=1e-9)


def test_up_stays_up() -> None:
    girth = WrapSurface(*ellipse(0.17, 0.12))
    vest = FAMILIES["explosive/block_vest"].draw(np.random.default_rng(1))
    pieces = wrap(vest, girth, np.random.default_rng(1), CALM)
    for piece, flat in zip(pieces, vest.pieces, strict=True):
        np.testing.assert_allclose(
            piece.mesh.vertices_m[:, 2] - 1.0, flat.mesh.vertices_m[:, 1], atol=1e-9
        )


def test_a_vest_follows_a_trunk_that_widens_upwards() -> None:
    lines = [ellipse(a, 0.7 * a, z) for a, z in ((0.14, 0.9), (0.16, 1.1), (0.20, 1.3))]
    girth = WrapSurface(*(np.stack(values) for values in zip(*lines, strict=True)))
    assert girth.middle_m == pytest.approx(1.1)
    vest = FAMILIES["explosive/sheet_vest"].draw(np.random.default_rng(1))
    pieces = wrap(vest, girth, np.random.default_rng(1), CALM)
    strap = pieces[0].mesh.vertices_m
    top, bottom = strap[strap[:, 2] > 1.2], strap[strap[:, 2] < 1.0]
    assert np.ptp(top[:, 0]) > np.ptp(bottom[:, 0]) + 0.05


@given(st.floats(-3, 3), st.floats(-0.1, 0.1))
def test_points_on_a_circle_are_exact_to_its_chords(along: float, up: float) -> None:
    girth = WrapSurface(*ellipse(0.15, 0.15, points=360))
    point, outward, upward = girth.at(np.array([along]), np.array([up]))
    angle = along / 0.15 - np.pi / 2
    np.testing.assert_allclose(
        point[0], [0.15 * np.cos(angle), 0.15 * np.sin(angle), 1 + up], atol=3e-4
    )
    np.testing.assert_allclose(outward[0], [np.cos(angle), np.sin(angle), 0], atol=2e-3)
    np.testing.assert_allclose(upward[0], [0, 0, 1], atol=1e-9)
    assert girth.length_m == pytest.approx(2 * np.pi * 0.15, rel=1e-3)


def test_wrong_lines_are_refused() -> None:
    line, normals = ellipse(0.15, 0.12)
    with pytest.raises(ArgumentError, match="points_m"):
        WrapSurface(line[:5], normals[:5])
    with pytest.raises(ArgumentError, match="normals"):
        WrapSurface(line, normals[:-1])
    with pytest.raises(ArgumentError, match="lowest line first"):
        WrapSurface(np.stack([line, line - [0, 0, 0.1]]), np.stack([normals, normals]))
    backward = [np.roll(values[::-1], 1, axis=0) for values in (line, normals)]
    with pytest.raises(ArgumentError, match="same way round"):
        WrapSurface(np.stack([line, backward[0] + [0, 0, 0.1]]), np.stack([normals, backward[1]]))


def test_a_phone_is_not_wrapped() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ArgumentError, match="use place"):
        wrap(FAMILIES["phone/slab"].draw(rng), WrapSurface(*ellipse(0.15, 0.12)), rng)


def test_the_middle_of_what_is_worn_lies_where_it_is_told_to() -> None:
    lines = [ellipse(0.17, 0.115, z) for z in (0.9, 1.1, 1.3)]
    points, normals = (np.stack(values) for values in zip(*lines, strict=True))
    belt = FAMILIES["belt/leather"].draw(np.random.default_rng(1))
    for told_m, expected_m in ((None, 1.1), (1.2, 1.2)):
        pieces = wrap(
            belt, WrapSurface(points, normals, middle_m=told_m), np.random.default_rng(1), CALM
        )
        heights = pieces[0].mesh.vertices_m[:, 2]
        assert 0.5 * (heights.min() + heights.max()) == pytest.approx(expected_m, abs=1e-9)
