from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering.materials import Layer
from clearway.scattering.part import Echo
from clearway.twin.objects import CATALOGUE, CONTAINERS, Coating, Frame, as_parts, place

FRONT = Frame((0.0, 1.0, 1.1), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Mirror:
    substance: str
    thickness_m: float | None

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        assert frequency_hz > 0
        whole = np.full(cos_incidence.shape, -1 + 0j)
        return (Echo(whole, whole, np.zeros(cos_incidence.shape)),)


@dataclass(frozen=True)
class Window:
    substance: str
    thickness_m: float

    def transmission(
        self, cos_incidence: NDArray[np.float64], frequency_hz: float
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        assert frequency_hz > 0
        whole = np.ones(cos_incidence.shape, dtype=np.complex128)
        return whole, whole


def test_parts_have_the_materials_covers_and_motion_of_their_pieces() -> None:
    rng = np.random.default_rng(3)
    gun = next(family for family in CATALOGUE if family.name == "compact").draw(rng)
    bag = next(family for family in CONTAINERS if family.name == "daypack").draw(rng, gun)
    pieces = place(bag, "back", FRONT, rng)
    coat = Window("coat", 0.003)
    parts = as_parts(pieces, Mirror, Window, under=(coat,), velocity_m_s=(1.2, 0.0, 0.0))
    assert len(parts) == len(pieces)
    for part, piece in zip(parts, pieces, strict=True):
        assert part.mesh is piece.mesh
        assert part.opaque is piece.opaque
        assert isinstance(part.material, Mirror)
        assert part.material.substance == piece.substance
        if piece.thickness_m is None:
            assert part.material.thickness_m is None
        else:
            assert part.material.thickness_m is not None
            assert abs(part.material.thickness_m - piece.thickness_m) <= 1e-4
            assert part.material.thickness_m > 0
        assert part.covers == (coat, *(Window(*layer) for layer in piece.covers))
        np.testing.assert_array_equal(part.velocity_m_s, [1.2, 0, 0])
    assert any(len(part.covers) >= 2 for part in parts)
    assert not all(part.opaque for part in parts)


def test_the_table_of_materials_is_the_default() -> None:
    rng = np.random.default_rng(3)
    bottle = next(family for family in CATALOGUE if family.name == "water").draw(rng)
    parts = as_parts(place(bottle, "right_hand", FRONT, rng))
    assert isinstance(parts[0].material, Layer)
    cosines = np.array([1.0, 0.5])
    for part in parts:
        assert part.material.echoes(cosines, 13e9)
        for cover in part.covers:
            for coefficient in cover.transmission(cosines, 13e9):
                assert (np.abs(coefficient) < 1).all()
    assert any(part.covers for part in parts)


def test_metal_is_no_cover() -> None:
    rng = np.random.default_rng(3)
    phone = next(family for family in CATALOGUE if family.kind == "phone").draw(rng)
    armoured = [
        piece._replace(covers=(Coating("steel", 0.001),))
        for piece in place(phone, "right_hip", FRONT, rng)
    ]
    with pytest.raises(ArgumentError, match="metal steel"):
        as_parts(armoured)
