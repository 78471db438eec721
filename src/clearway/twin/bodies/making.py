"""Make the packaged population of bodies anew from the body model `anny`.

python -m clearway.twin.bodies.making population.npz

The body model's own triangles are replaced by even ones (`clearway.twin.bodies.evening`); with a
second file, one that holds bodies in the model's triangles, only that last step is done.

`anny` (Bregier et al., "Human Mesh Modeling for Anny Body", arXiv 2511.03589) blends the shapes of
MakeHuman by sliders from 0 to 1.  Its code is under the Apache Licence 2.0, the shapes under
CC0 1.0: see ``LICENCE-population.txt``.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.errors import MissingExtraError
from clearway.twin.bodies.body import STEP_M
from clearway.twin.bodies.evening import even_skin
from clearway.twin.bodies.skeleton import Bone

__all__ = ["even_population", "make_population"]

_SEED = 7
_BODIES = 60
_CANDIDATES = 160
_HEIGHT_M = (1.45, 2.0)
_VOLUME_M3 = (0.040, 0.125)
"""Bodies out of these ranges are left out: sliders reach further than people do."""
_BONES_PER_VERTEX = 4
_OLD, _ADULT = 0.85, 0.62
"""Age sliders: anny's own anchors are 1/3 child, 2/3 young adult, 1 old."""

_BONES_OF_RIG = {
    Bone.PELVIS: ("root", "pelvis.L", "pelvis.R"),
    Bone.LUMBAR: ("spine05", "spine04", "spine03"),
    Bone.THORAX: ("spine02", "spine01"),
    Bone.NECK: ("neck01", "neck02", "neck03"),
    Bone.HEAD: ("head", "eye.L", "eye.R"),
}
_BONES_OF_RIG_BY_SIDE = {
    "CLAVICLE": ("clavicle", "shoulder01"),
    "UPPER_ARM": ("upperarm01", "upperarm02"),
    "LOWER_ARM": ("lowerarm01", "lowerarm02"),
    "HAND": ("wrist", "finger", "metacarpal"),
    "THIGH": ("upperleg01", "upperleg02"),
    "SHIN": ("lowerleg01", "lowerleg02"),
    "FOOT": ("foot",),
    "TOES": ("toe",),
}
_TOES_JOINT = "toe2-1"


class _Bodies(NamedTuple):
    """What is written, before it is packed."""

    vertices_m: NDArray[np.float64]
    """(n_bodies, n_vertices, 3)"""
    faces: NDArray[np.int32]
    weights: NDArray[np.float64]
    """(n_vertices, n_bones)"""
    joints_m: NDArray[np.float64]
    """(n_bodies, n_bones, 3)"""
    sliders: NDArray[np.str_]
    values: NDArray[np.float32]
    """(n_bodies, n_sliders)"""
    family: NDArray[np.str_]
    """(n_bodies,)"""


def make_population(path: Path) -> None:
    """Draw bodies, and write them as one compressed file.

    Parameters
    ----------
    path : Path
        NumPy archive to write: what `clearway.twin.bodies.population` reads.

    Raises
    ------
    MissingExtraError
        `anny`, `torch` or Embree is not installed.
    """
    _write(path, _evened(_drawn()))


def even_population(path: Path, full: Path) -> None:
    """Give bodies an even skin.

    Parameters
    ----------
    path : Path
        NumPy archive to write.
    full : Path
        Another one, of bodies in the triangles of the body model.

    Raises
    ------
    MissingExtraError
        Embree is not installed.
    """
    _write(path, _evened(_read(full)))


def _drawn() -> _Bodies:
    torch, anny = _libraries()
    # Lids and lips stay closed without eyes and tongue: one surface, all of it skin.
    model = anny.Anny(topology="anny-noeyes-notongue").to(dtype=torch.float32)
    sliders = _sliders(np.random.default_rng(_SEED), model.phenotype_labels)
    still = torch.eye(4).repeat(_CANDIDATES, model.bone_count, 1, 1)
    shapes = {name: torch.tensor(value.astype(np.float32)) for name, value in sliders.items()}
    with torch.no_grad():
        made = model(pose_parameters=still, phenotype_kwargs=shapes)
    vertices, heads = (_facing_x(made[key].numpy()) for key in ("rest_vertices", "rest_bone_heads"))
    faces = model.faces.numpy().astype(np.int32)
    kept = np.flatnonzero(_plausible(vertices, faces))[:_BODIES]
    return _Bodies(
        vertices[kept],
        faces,
        _weights(model),
        _joints(heads[kept], model.bone_labels),
        np.array(sorted(sliders)),
        np.stack([sliders[name][kept] for name in sorted(sliders)], axis=1).astype(np.float32),
        np.array([_family(sliders["gender"][i], sliders["age"][i]) for i in kept]),
    )


def _read(path: Path) -> _Bodies:
    with np.load(path) as stored:
        steps = stored["mean_steps"].astype(np.int32) + stored["difference_steps"]
        weights = np.zeros((steps.shape[1], len(Bone)))
        vertex = np.arange(len(weights))[:, None]
        np.add.at(weights, (vertex, stored["bones"]), stored["weights"].astype(np.float64))
        return _Bodies(
            steps * STEP_M,
            stored["faces"].astype(np.int32),
            weights / weights.sum(axis=1, keepdims=True),
            stored["joints_m"].astype(np.float64),
            *(stored[key] for key in ("sliders", "values", "family")),
        )


def _evened(bodies: _Bodies) -> _Bodies:
    skin = even_skin(bodies.vertices_m.mean(axis=0), bodies.faces, bodies.weights)
    return bodies._replace(
        vertices_m=np.stack([skin.matrix @ vertices for vertices in bodies.vertices_m]),
        faces=skin.faces,
        weights=np.asarray(skin.matrix @ bodies.weights),
    )


def _write(path: Path, bodies: _Bodies) -> None:
    ground = np.zeros((len(bodies.vertices_m), 1, 3))
    ground[:, 0, 2] = bodies.vertices_m[:, :, 2].min(axis=1)
    steps = np.rint((bodies.vertices_m - ground) / STEP_M).astype(np.int32)
    mean_steps = np.rint(steps.mean(axis=0)).astype(np.int32)
    bones = np.argsort(-bodies.weights, axis=1, kind="stable")[:, :_BONES_PER_VERTEX]
    weights = np.take_along_axis(bodies.weights, bones, axis=1)
    shares = weights / weights.sum(axis=1, keepdims=True)
    np.savez_compressed(
        path,
        faces=bodies.faces.astype(np.uint16),
        mean_steps=mean_steps.astype(np.int16),
        # Differences from the mean are small numbers, which pack well.
        difference_steps=(steps - mean_steps).astype(np.int16),
        joints_m=(bodies.joints_m - ground).astype(np.float32),
        bones=bones.astype(np.uint8),
        weights=np.rint(shares * np.iinfo(np.uint16).max).astype(np.uint16),
        sliders=bodies.sliders,
        values=bodies.values,
        family=bodies.family,
    )


def _libraries() -> tuple[Any, Any]:
    try:
        return importlib.import_module("torch"), importlib.import_module("anny")
    except ImportError as error:
        raise MissingExtraError(
            "making bodies (anny, torch)", 'pip install "clearway[twin]"'
        ) from error


def _sliders(rng: np.random.Generator, names: list[str]) -> dict[str, NDArray[np.float64]]:
    """(n_candidates,) values of each slider; build varies about the middle, the others evenly."""
    adolescent = rng.random(_CANDIDATES) < 0.15
    values = {name: np.clip(rng.normal(0.5, 0.17, _CANDIDATES), 0.1, 0.9) for name in sorted(names)}
    values["gender"] = rng.integers(0, 2, _CANDIDATES) + rng.uniform(-0.2, 0.2, _CANDIDATES)
    values["gender"] = np.clip(values["gender"], 0.0, 1.0)
    values["age"] = np.where(
        adolescent, rng.uniform(0.5, _ADULT, _CANDIDATES), rng.uniform(_ADULT, 1.0, _CANDIDATES)
    )
    return values


def _facing_x(places: NDArray[np.float32]) -> NDArray[np.float64]:
    """The model faces -y, with its left on +x."""
    turned: NDArray[np.float64] = np.stack(
        [-places[..., 1], places[..., 0], places[..., 2]], axis=-1
    ).astype(np.float64)
    return turned


def _plausible(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.bool_]:
    first, second, third = (vertices[:, faces[:, corner]] for corner in range(3))
    volume = np.einsum("bfi,bfi->b", first, np.cross(second, third)) / 6.0
    height = np.ptp(vertices[:, :, 2], axis=1)
    inside: NDArray[np.bool_] = (
        (height >= _HEIGHT_M[0])
        & (height <= _HEIGHT_M[1])
        & (volume >= _VOLUME_M3[0])
        & (volume <= _VOLUME_M3[1])
    )
    return inside


def _bone_of_rig(label: str) -> Bone:
    for bone, labels in _BONES_OF_RIG.items():
        if label in labels:
            return bone
    stem, _, side = label.rpartition(".")
    for part, stems in _BONES_OF_RIG_BY_SIDE.items():
        if stem.startswith(stems):
            return Bone[f"{'RIGHT' if side == 'R' else 'LEFT'}_{part}"]
    raise KeyError(label)


def _weights(model: Any) -> NDArray[np.float64]:
    """(n_vertices, n_bones), rows sum to 1."""
    group = np.array([_bone_of_rig(label) for label in model.bone_labels])
    given = model.vertex_bone_weights.numpy().astype(np.float64)
    dense = np.zeros((len(given), len(Bone)))
    of_vertex = np.arange(len(given))[:, None]
    np.add.at(dense, (of_vertex, group[model.vertex_bone_indices.numpy()]), given)
    weights: NDArray[np.float64] = dense / dense.sum(axis=1, keepdims=True)
    return weights


def _joints(heads: NDArray[np.float64], labels: list[str]) -> NDArray[np.float64]:
    """(n_bodies, n_bones, 3): where the first bone of each group begins."""
    places = {label: heads[:, i] for i, label in enumerate(labels)}
    first = {bone: names[0] for bone, names in _BONES_OF_RIG.items()}
    for part, names in _BONES_OF_RIG_BY_SIDE.items():
        stem = _TOES_JOINT if part == "TOES" else names[0]
        first |= {Bone[f"RIGHT_{part}"]: f"{stem}.R", Bone[f"LEFT_{part}"]: f"{stem}.L"}
    return np.stack([places[first[bone]] for bone in Bone], axis=1)


def _family(gender: float, age: float) -> str:
    if age < _ADULT:
        return "adolescent"
    return ("old " if age >= _OLD else "") + ("man" if gender < 0.5 else "woman")


if __name__ == "__main__":
    made, *full = map(Path, sys.argv[1:])
    if full:
        even_population(made, full[0])
    else:
        make_population(made)
