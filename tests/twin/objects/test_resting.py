import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.twin.objects import CALM, CATALOGUE, Frame, Placed, lowered, place, rested

FAMILIES = {f"{family.kind}/{family.name}": family for family in CATALOGUE}


def radius_m(z_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a round body whose hip, at 0.85 m, stands out."""
    return np.asarray(0.13 + 0.05 * np.exp(-(((z_m - 0.85) / 0.12) ** 2)))


def skin() -> NDArray[np.float64]:
    angle, z = np.meshgrid(np.linspace(0, 2 * np.pi, 100), np.linspace(0.2, 1.5, 140))
    r = radius_m(z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=-1).reshape(-1, 3)


def depth_m(pieces: list[Placed]) -> NDArray[np.float64]:
    """Of every vertex, positive within the body."""
    places = np.concatenate([piece.mesh.vertices_m for piece in pieces])
    return np.asarray(radius_m(places[:, 2]) - np.hypot(places[:, 0], places[:, 1]))


@pytest.mark.parametrize("seed", range(5))
def test_a_slung_gun_leans_on_the_hip(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = Frame((0.13, 0.0, 1.3), (1, 0, 0), (0, 0, 1))
    gun = FAMILIES["long_gun/stocked_rifle"].draw(rng)
    hung = place(gun, "under_right_arm", frame, rng, CALM)
    lying = rested(hung, frame, skin())
    assert depth_m(hung).max() > 0.01
    assert depth_m(lying).max() < 0.002
    places = np.concatenate([piece.mesh.vertices_m for piece in lying])
    assert places[:, 0].max() < 0.36
    for before, after in zip(hung, lying, strict=True):
        np.testing.assert_allclose(before.mesh.areas_m2, after.mesh.areas_m2)
        assert before.thickness_m == after.thickness_m


def test_away_from_any_skin_a_thing_stays_where_it_was() -> None:
    rng = np.random.default_rng(1)
    frame = Frame((5.0, 0.0, 1.3), (1, 0, 0), (0, 0, 1))
    phone = place(FAMILIES["phone/slab"].draw(rng), "right_hip", frame, rng)
    far = np.array([[9.0, 9.0, 9.0], [9.0, 9.0, 9.1]])
    for before, after in zip(phone, rested(phone, frame, far), strict=True):
        np.testing.assert_allclose(before.mesh.vertices_m, after.mesh.vertices_m)


@pytest.mark.parametrize(("origin_m", "falls_m"), [(1.3, 0.12), (0.6, 0.0)])
def test_a_gun_slides_down_below_the_armpit_unless_the_floor_is_near(
    origin_m: float, falls_m: float
) -> None:
    rng = np.random.default_rng(1)
    frame = Frame((0.13, 0.0, origin_m), (1, 0, 0), (0, 0, 1))
    hung = place(FAMILIES["long_gun/stocked_rifle"].draw(rng), "under_right_arm", frame, rng, CALM)
    heights = np.concatenate([piece.mesh.vertices_m[:, 2] for piece in hung])
    lower = lowered(hung, frame, float(heights.max()) - origin_m - 0.12)
    for before, after in zip(hung, lower, strict=True):
        np.testing.assert_allclose(
            before.mesh.vertices_m - after.mesh.vertices_m,
            np.broadcast_to([0.0, 0.0, falls_m], before.mesh.vertices_m.shape),
            atol=1e-9,
        )


def test_what_ends_low_enough_stays() -> None:
    rng = np.random.default_rng(1)
    frame = Frame((0.13, 0.0, 1.3), (1, 0, 0), (0, 0, 1))
    phone = place(FAMILIES["phone/slab"].draw(rng), "right_hip", frame, rng)
    for before, after in zip(phone, lowered(phone, frame, 0.5), strict=True):
        np.testing.assert_array_equal(before.mesh.vertices_m, after.mesh.vertices_m)
