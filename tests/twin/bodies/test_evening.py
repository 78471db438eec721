"""An even skin for bodies that share one triangulation."""

import numpy as np
import pytest
import scipy.sparse

from clearway.twin.bodies import evening
from clearway.twin.bodies.skeleton import Bone
from clearway.twin.bodies.subdivision import butterfly
from tests.twin.bodies.shapes import edge_use, volume_m3

pytest.importorskip("embreex")


@pytest.fixture(scope="module")
def figure() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An egg, symmetric about y = 0, with a deep pit in front; its sides count as hands."""
    places = np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array(
        [[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]],
        dtype=np.int32,
    )
    for _ in range(4):
        finer = butterfly(faces)
        places, faces = finer.matrix @ places, finer.faces
        places /= np.linalg.norm(places, axis=1, keepdims=True)
    off_axis = np.hypot(places[:, 1], places[:, 2])
    pit = (places[:, 0] > 0) & (off_axis < 0.12)
    places[pit, 0] -= 1.2 * (1 - (off_axis[pit] / 0.12) ** 2)
    weights = np.zeros((len(places), len(Bone)))
    weights[np.arange(len(places)), np.where(places[:, 1] > 0.9, Bone.LEFT_HAND, Bone.THORAX)] = 1
    right = places[:, 1] < -0.9
    weights[right] = 0.0
    weights[right, Bone.RIGHT_HAND] = 1.0
    return 0.15 * places * [1.0, 1.0, 1.3], faces, weights


def test_an_even_skin_is_closed_symmetric_and_spans_pits(
    figure: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    places, faces, weights = figure
    skin = evening.even_skin(places, faces, weights)
    new = skin.matrix @ places
    assert set(edge_use(skin.faces)) == {2}
    assert len(new) - len(edge_use(skin.faces)) + len(skin.faces) == 2
    assert np.allclose(skin.matrix.sum(axis=1), 1.0)
    assert skin.matrix.data.min() >= 0.0
    mirrored = new * [1.0, -1.0, 1.0]
    assert max(np.linalg.norm(new - place, axis=1).min() for place in mirrored) < 1e-9
    assert new[np.hypot(new[:, 1], new[:, 2]) < 0.02, 0].min() < -0.12
    front = new[(np.hypot(new[:, 1], new[:, 2]) < 0.02) & (new[:, 0] > -0.1), 0]
    # The pit is 0.18 m deep, to x = -0.03; its walls can be seen from outside for a while.
    assert front.min() > 0.05
    whole = 4 / 3 * np.pi * 0.15**3 * 1.3
    assert volume_m3(new, skin.faces) == pytest.approx(whole, rel=0.03)
    carried = skin.matrix @ weights
    assert np.allclose(carried.sum(axis=1), 1.0)


def test_hands_have_shorter_edges(figure: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    places, faces, weights = figure
    skin = evening.even_skin(places, faces, weights)
    corners = (skin.matrix @ places)[skin.faces]
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).mean(axis=1)
    side = np.abs(corners[..., 1].mean(axis=1))
    assert np.median(edges[side > 0.14]) < 0.75 * np.median(edges[side < 0.1])


def test_hidden_vertices_become_means_of_their_neighbours() -> None:
    faces = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]], dtype=np.int32)
    matrix = evening._over_hollows(faces, np.array([False, True, False, False]))
    expected = scipy.sparse.eye_array(4).toarray()
    expected[1] = [1 / 3, 0.0, 1 / 3, 1 / 3]
    assert np.allclose(matrix.toarray(), expected)
