from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging import SPEED_OF_LIGHT_M_S
from clearway.scattering.materials import NAMED, Layer, Stack, permittivity_at
from clearway.twin.clothing import FABRICS, GARMENTS, Fabric
from clearway.twin.clothing.cloth import material_of
from clearway.twin.clothing.fibres import COTTON, fabric_permittivity

fabrics = st.sampled_from(sorted(FABRICS)).map(FABRICS.__getitem__)
generators = st.integers(0, 2**32).map(np.random.default_rng)
cosines = np.linspace(0.05, 1.0, 20)


def reflectance(layer: Layer) -> float:
    (echo,) = layer.echoes(np.array(1.0), 13e9)
    return float(np.abs(echo.perpendicular))


@given(st.floats(0, 1), st.floats(0, 1))
def test_permittivity_grows_with_the_share_of_fibre(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1 <= fabric_permittivity(COTTON, low).real <= fabric_permittivity(COTTON, high).real
    assert fabric_permittivity(COTTON, 0) == 1
    assert fabric_permittivity(COTTON, 1) == pytest.approx(COTTON.permittivity)


@pytest.mark.parametrize(
    ("fabric", "published"),
    [
        ("denim", "denim"),
        ("shirting", "cotton"),
        ("twill", "cotton"),
        ("jersey", "cotton"),
        ("leather", "leather"),
    ],
)
def test_dry_permittivity_is_near_the_published_one(fabric: str, published: str) -> None:
    drawn = [FABRICS[fabric].drawn(np.random.default_rng(seed), wet=False) for seed in range(50)]
    middle = np.median([permittivity_at(sheet.permittivity, 13e9).real for sheet in drawn])
    expected = NAMED[published].permittivity
    assert expected is not None
    assert middle == pytest.approx(permittivity_at(expected, 13e9).real, rel=0.2)


@given(fabrics, st.integers(0, 2**32))
def test_wet_is_heavier_and_reflects_more(fabric: Fabric, seed: int) -> None:
    dry, wet = (fabric.drawn(np.random.default_rng(seed), wet=is_wet) for is_wet in (False, True))
    assert wet.mass_kg_m2 > dry.mass_kg_m2 == dry.fibre_kg_m2 == wet.fibre_kg_m2
    assert wet.thickness_m >= dry.thickness_m == dry.dry_thickness_m
    layers = [Layer(sheet.permittivity, sheet.thickness_m) for sheet in (dry, wet)]
    assert reflectance(layers[1]) > reflectance(layers[0])
    through = [np.abs(layer.transmission(np.array(1.0), 13e9)[0]) for layer in layers]
    assert through[1] < through[0]


@given(fabrics, generators, st.booleans(), st.floats(8e9, 18e9))
def test_cloth_is_passive(
    fabric: Fabric, rng: np.random.Generator, wet: bool, frequency_hz: float
) -> None:
    sheet = fabric.drawn(rng, wet=wet)
    layer = Layer(sheet.permittivity, sheet.thickness_m)
    (echo,) = layer.echoes(cosines, frequency_hz)
    through = layer.transmission(cosines, frequency_hz)
    for reflected, passed in zip((echo.perpendicular, echo.parallel), through, strict=True):
        assert np.all(np.abs(reflected) ** 2 + np.abs(passed) ** 2 <= 1 + 1e-9)


@given(generators, st.floats(8e9, 18e9))
def test_echoes_of_a_padded_jacket_add_up_to_those_of_its_stack(
    rng: np.random.Generator, frequency_hz: float
) -> None:
    jacket = GARMENTS["down_jacket"].drawn(rng, wet=False)
    echoes = material_of(jacket).echoes(cosines, frequency_hz)
    sheets = [Layer(sheet.permittivity, sheet.thickness_m) for sheet in jacket.sheets]
    (whole,) = Stack(sheets).echoes(cosines, frequency_hz)
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
    total = sum(echo.perpendicular * np.exp(-1j * wavenumber * echo.path_m) for echo in echoes)
    assert len(echoes) == len(jacket.sheets)
    # What is left out is reflected three times inside.
    strongest = max(float(np.abs(echo.perpendicular).max()) for echo in echoes)
    steep = cosines > 0.5
    np.testing.assert_allclose(total[steep], whole.perpendicular[steep], atol=2 * strongest**3)


def test_every_fabric_and_fibre_names_its_source() -> None:
    assert all(fabric.source and fabric.fibre.source for fabric in FABRICS.values())


def test_fabric_denser_than_its_fibre_is_refused() -> None:
    with pytest.raises(ArgumentError, match="denser than cotton"):
        replace(FABRICS["denim"], thickness_m=(1e-4, 1e-3))
