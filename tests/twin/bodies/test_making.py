"""Making the packaged population needs an extra; what it is made of does not."""

import sys
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import MissingExtraError
from clearway.twin.bodies import making
from clearway.twin.bodies.body import _FILE
from clearway.twin.bodies.skeleton import Bone


def test_without_the_body_model_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"clearway\[twin\]"):
        making.make_population(tmp_path / "population.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("label", "bone"),
    [
        ("root", Bone.PELVIS),
        ("spine04", Bone.LUMBAR),
        ("spine01", Bone.THORAX),
        ("shoulder01.L", Bone.LEFT_CLAVICLE),
        ("metacarpal2.R", Bone.RIGHT_HAND),
        ("toe3-2.L", Bone.LEFT_TOES),
        ("upperleg02.R", Bone.RIGHT_THIGH),
    ],
)
def test_bones_of_the_model_are_gathered_into_those_of_a_walk(label: str, bone: Bone) -> None:
    assert making._bone_of_rig(label) is bone


def test_bodies_are_packed_as_they_are_read(tmp_path: Path) -> None:
    packaged = making._read(Path(str(_FILE)))
    making._write(tmp_path / "again.npz", packaged)
    again = making._read(tmp_path / "again.npz")
    for name in making._Bodies._fields:
        one, other = (np.asarray(getattr(bodies, name)) for bodies in (packaged, again))
        if one.dtype.kind == "f":
            assert np.allclose(one, other, atol=1e-4), name
        else:
            assert np.array_equal(one, other), name
    assert np.array_equal(packaged.vertices_m, again.vertices_m)


def test_a_bone_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        making._bone_of_rig("tail")


@pytest.mark.parametrize(
    ("gender", "age", "family"),
    [(0.1, 0.7, "man"), (0.9, 0.7, "woman"), (0.1, 0.9, "old man"), (0.9, 0.55, "adolescent")],
)
def test_families(gender: float, age: float, family: str) -> None:
    assert making._family(gender, age) == family
