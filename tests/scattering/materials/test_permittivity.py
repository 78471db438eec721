"""Dispersion laws against tabulated values of their sources."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.constants import epsilon_0

from clearway.errors import ArgumentError
from clearway.scattering.materials import (
    NAMED,
    Conductor,
    HalfSpace,
    Layer,
    Slab,
    material,
    permittivity_at,
    water,
)
from clearway.scattering.part import Cover, Material


def _at(name: str, frequency_hz: float) -> tuple[float, float]:
    """Real part, and conductivity in S/m as the tables of tissues give it."""
    permittivity = NAMED[name].permittivity
    assert permittivity is not None
    value = permittivity_at(permittivity, frequency_hz)
    return value.real, -value.imag * 2 * np.pi * frequency_hz * epsilon_0


@pytest.mark.parametrize(
    ("tissue", "real", "conductivity_s_m"),
    [
        ("skin", 31.29, 8.01),
        ("skin_wet", 33.53, 8.95),
        ("muscle", 42.76, 10.63),
        ("fat", 4.60, 0.585),
        ("bone", 8.12, 2.14),
    ],
)
def test_tissues_at_10_ghz(tissue: str, real: float, conductivity_s_m: float) -> None:
    """As the tissue tables computed from the same parameters print them (IFAC-CNR, Florence)."""
    assert _at(tissue, 10e9) == pytest.approx((real, conductivity_s_m), rel=2e-3)


def test_building_materials_at_9_ghz() -> None:
    """Conductivities that Recommendation ITU-R P.2040-1 gives at 9 GHz."""
    assert _at("glass", 9e9) == pytest.approx((6.27, 0.059075), rel=1e-4)
    assert _at("wood", 9e9) == pytest.approx((1.99, 0.049528), rel=1e-4)


def test_water_relaxes_where_kaatze_says() -> None:
    at_25 = water(25.0)
    peak_hz = 1 / (2 * np.pi * at_25.relaxation_s)
    assert peak_hz == pytest.approx(19.24e9, rel=5e-3)
    assert at_25.static == pytest.approx(78.36, rel=1e-3)
    assert -at_25.at(peak_hz).imag == pytest.approx((at_25.static - at_25.infinite) / 2)
    assert water(5.0).relaxation_s > water(40.0).relaxation_s
    with pytest.raises(ArgumentError, match="temperature_c"):
        water(80.0)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_name_is_passive_and_sourced(name: str) -> None:
    row = NAMED[name]
    assert row.source
    if row.permittivity is None:
        assert material(name) == Conductor()
        return
    for frequency_hz in (8e9, 13e9, 18e9):
        value = permittivity_at(row.permittivity, frequency_hz)
        (echo,) = HalfSpace(row.permittivity).echoes(np.linspace(0, 1, 5), frequency_hz)
        assert value.real >= 1
        assert value.imag < 0
        assert (np.abs(echo.perpendicular) <= 1).all()
        assert (np.abs(echo.parallel) <= 1).all()


def test_thickness_chooses_the_kind() -> None:
    assert isinstance(material("skin"), HalfSpace)
    assert isinstance(material("cotton", 1e-3), Layer)
    assert isinstance(material("explosive_simulant", 0.03), Slab)
    assert isinstance(material("skin", 1.5e-3, material_of_fat()), Slab)
    assert material("steel", 1e-3) == Conductor()


def material_of_fat() -> HalfSpace:
    fat = material("fat")
    assert isinstance(fat, HalfSpace)
    return fat


def test_wet_by_name() -> None:
    dry, wet = material("cotton", 1e-3), material("cotton", 1e-3, water_fraction=0.3)
    assert isinstance(dry, Layer)
    assert isinstance(wet, Layer)
    assert abs(permittivity_at(wet.permittivity, 13e9)) > abs(
        permittivity_at(dry.permittivity, 13e9)
    )


def test_kinds_keep_to_the_protocols() -> None:
    surfaces: list[Material] = [Conductor(), HalfSpace(4.0), Slab(3.0, 0.02), Layer(1.6, 1e-3)]
    covers: list[Cover] = [Layer(1.6, 1e-3)]
    assert all(surface.echoes(np.ones(2), 13e9) for surface in surfaces)
    assert all(len(cover.transmission(np.ones(2), 13e9)) == 2 for cover in covers)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="unobtainium"):
        material("unobtainium")
    with pytest.raises(ArgumentError, match="thickness_m"):
        material("glass", 0.0)
    for bad in (0.5, 3 + 0.1j):
        with pytest.raises(ArgumentError, match="permittivity"):
            permittivity_at(bad, 13e9)
