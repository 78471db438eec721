from collections.abc import Callable

import numpy as np
import pytest

from clearway.scattering import Mesh
from clearway.twin.objects.solids import volume_m3


def _assert_closed(mesh: Mesh) -> None:
    """Each edge belongs to two faces, which run along it in opposite directions."""
    edges = np.concatenate([mesh.faces[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    code = edges[:, 0].astype(np.int64) * len(mesh.vertices_m) + edges[:, 1]
    reverse = edges[:, 1].astype(np.int64) * len(mesh.vertices_m) + edges[:, 0]
    assert len(np.unique(code)) == len(code)
    assert set(code.tolist()) == set(reverse.tolist())
    assert mesh.areas_m2.min() > 0
    assert volume_m3(mesh) > 0


@pytest.fixture(scope="session")
def assert_closed() -> Callable[[Mesh], None]:
    return _assert_closed
