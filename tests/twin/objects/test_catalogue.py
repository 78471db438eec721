from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain.threat import ThreatClass
from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.scattering.materials import NAMED
from clearway.twin.objects import (
    BENIGN,
    CATALOGUE,
    THREATS,
    CarriedObject,
    Family,
    Fit,
    Piece,
    Split,
    families_of,
)
from clearway.twin.objects.carried import METALS
from clearway.twin.objects.solids import box

seeds = st.integers(0, 2**32 - 1)
every_family = pytest.mark.parametrize(
    "family", CATALOGUE, ids=[f"{family.kind}-{family.name}" for family in CATALOGUE]
)


def drawn(family: Family, seed: int) -> CarriedObject:
    return family.draw(np.random.default_rng(seed))


@every_family
@settings(max_examples=6)
@given(seed=seeds)
def test_drawn_objects_are_closed_solids_of_the_stated_size(
    family: Family, assert_closed: Callable[[Mesh], None], seed: int
) -> None:
    carried = drawn(family, seed)
    for piece in carried.pieces:
        assert_closed(piece.mesh)
        assert (piece.substance in METALS) == (NAMED[piece.substance].permittivity is None)
        assert all(NAMED[coating.substance].permittivity for coating in piece.covers)
        assert (piece.thickness_m is None) == (piece.substance in METALS)
        assert piece.thickness_m is None or 0 < piece.thickness_m < 0.5
    for extent, (least, largest) in zip(carried.size_m, family.size_m, strict=True):
        assert least <= extent <= largest
    assert carried.bounds_m[0, 2] == pytest.approx(0, abs=1e-12)
    assert carried.n_faces < 3000
    assert (carried.kind, carried.family, carried.threat, carried.split) == (
        family.kind,
        family.name,
        family.threat,
        family.split,
    )


@every_family
def test_a_seed_gives_one_object(family: Family) -> None:
    first, again, other = (drawn(family, seed) for seed in (3, 3, 4))
    for one, two in zip(first.pieces, again.pieces, strict=True):
        assert (one.name, one.substance, one.covers) == (two.name, two.substance, two.covers)
        np.testing.assert_array_equal(one.mesh.vertices_m, two.mesh.vertices_m)
    assert not np.array_equal(first.bounds_m, other.bounds_m)


def lies_in_its_plane_and_triangle(mesh: Mesh) -> NDArray[np.bool_]:
    """(n, n) whether face i's centre lies within face j, both looking the same way."""
    same_way = mesh.normals @ mesh.normals.T > 0.9999
    offset = np.einsum("jk,jck->jc", mesh.normals, mesh.corners_m)[:, 0]
    in_plane = np.abs(mesh.centroids_m @ mesh.normals.T - offset) < 5e-5
    first, second = np.nonzero(same_way & in_plane)
    inside = np.ones(len(first), dtype=bool)
    corners, point, normal = mesh.corners_m[second], mesh.centroids_m[first], mesh.normals[second]
    for corner in range(3):
        edge = corners[:, (corner + 1) % 3] - corners[:, corner]
        inside &= np.einsum("ij,ij->i", np.cross(edge, point - corners[:, corner]), normal) > 0
    found = np.zeros(same_way.shape, dtype=bool)
    found[first[inside], second[inside]] = True
    np.fill_diagonal(found, False)
    return found


def test_the_check_for_flush_faces_sees_them() -> None:
    flush = Mesh.joined(box((0.1, 0.1, 0.02)), box((0.04, 0.04, 0.02)))
    assert lies_in_its_plane_and_triangle(flush).any()
    assert not lies_in_its_plane_and_triangle(box((0.1, 0.1, 0.02), edge_m=0.001)).any()


@every_family
def test_no_two_opaque_faces_echo_from_the_same_place(family: Family) -> None:
    for seed in range(3):
        pieces = drawn(family, seed).pieces
        opaque = [piece.mesh for piece in pieces if piece.opaque]
        for meshes in [opaque] if opaque else [[piece.mesh] for piece in pieces]:
            assert not lies_in_its_plane_and_triangle(Mesh.joined(*meshes)).any()


@pytest.mark.parametrize("threat", [*ThreatClass, None])
def test_every_class_has_families_for_training_and_others_for_the_test(
    threat: ThreatClass | None,
) -> None:
    for split, least in ((Split.TRAIN, 3), (Split.TEST_ONLY, 2)):
        assert len(families_of(threat, split)) >= least


def test_families_are_named_once_and_the_harmless_are_the_richer_set() -> None:
    names = [(family.kind, family.name) for family in CATALOGUE]
    assert len(set(names)) == len(names)
    assert len({family.kind for family in BENIGN}) >= 15
    assert len(BENIGN) > 2 * len(THREATS)
    trained = {family.kind for family in BENIGN if family.split is Split.TRAIN}
    unseen = {family.kind for family in BENIGN if family.split is Split.TEST_ONLY}
    assert len(trained & unseen) >= 10
    assert unseen - trained


@pytest.mark.parametrize("threat", ThreatClass)
def test_kinds_of_threats_are_named_as_their_class(threat: ThreatClass) -> None:
    assert {family.kind for family in THREATS if family.threat is threat} == {threat.value}


def test_explosives_come_with_and_without_fragments() -> None:
    for family in THREATS:
        if family.threat is ThreatClass.EXPLOSIVE:
            found = {drawn(family, seed).attributes["fragments"] for seed in range(10)}
            assert found == {True, False}


def test_thickness_of_a_solid_is_its_depth_and_of_a_shell_its_wall() -> None:
    slab = Piece("slab", box((0.1, 0.2, 0.03)), "paper")
    assert slab.thickness_m == pytest.approx(0.03)
    assert slab.turned("y", 90).thickness_m == pytest.approx(0.1)
    assert Piece("slab", slab.mesh, "steel").thickness_m is None
    assert Piece("shell", slab.mesh, "polymer", wall_m=0.002).thickness_m == 0.002


@given(st.floats(0.3, 3.0))
def test_scaled_objects_keep_their_shape(factor: float) -> None:
    carried = drawn(THREATS[0], 1)
    np.testing.assert_allclose(carried.scaled(factor).size_m, factor * np.array(carried.size_m))


def test_objects_are_not_scaled_away() -> None:
    with pytest.raises(ArgumentError, match="factor"):
        drawn(THREATS[0], 1).scaled(0.0)


def test_only_what_is_worn_round_the_body_bends() -> None:
    for family in CATALOGUE:
        carried = drawn(family, 0)
        bends = any(piece.fit is not Fit.RIGID for piece in carried.pieces)
        assert bends == (carried.girth_m is not None)
