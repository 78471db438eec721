"""Where shadows may fall, against rays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from clearway.scattering import Part
from clearway.scattering.facets import Facets
from clearway.scattering.shadows import Shadows
from clearway.scattering.visibility import Blockers
from tests.scattering.scenes import METAL, ball, box

ROD_M = [0.02, 0.03, 1.0]


@pytest.mark.parametrize(
    ("size_m", "turn_deg"), [(ROD_M, 0.0), (ROD_M, 40.0), ([0.3, 0.2, 0.1], 25.0)]
)
def test_rays_find_nothing_hidden_beside_the_shadow(size_m: ArrayLike, turn_deg: float) -> None:
    rng = np.random.default_rng(3)
    points_m = rng.uniform([-0.5, -0.1, -0.5], [0.5, 0.1, 0.5], (12, 3))
    places_m = rng.uniform([-1.5, 1.0, -1.5], [1.5, 2.5, 1.5], (4000, 3))
    cosine, sine = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    thing = box(size_m, [0, 0, 0]).moved(turn, [0.1, 1.3, 0.0])
    blockers = Blockers(Facets.of([Part(thing, METAL)]))
    shadows = Shadows(blockers.corners_m, points_m, places_m)
    inside = np.array([shadows.of_point(number) for number in range(len(points_m))])
    hidden = np.array([~blockers.clear(point_m, places_m) for point_m in points_m])
    assert hidden.any()
    assert inside[hidden].all()
    assert inside.sum() < 3 * hidden.sum()


@pytest.mark.parametrize("centre_m", [[0.0, 0.0, 0.0], [0.0, 0.0, 0.9], [0.4, 0.0, 0.0]])
def test_nothing_hidden_is_missed_from_within_or_beside(centre_m: ArrayLike) -> None:
    """There the shadow is no pyramid, or a wide one."""
    around = Facets.of([Part(ball(0.5, centre_m, 2), METAL)])
    points_m = np.zeros((1, 3))
    places_m = np.random.default_rng(4).uniform(-2.0, 2.0, (500, 3))
    shadows = Shadows(around.corners_m.reshape(-1, 3), points_m, places_m)
    hidden = ~Blockers(around).clear(points_m[0], places_m)
    assert shadows.of_point(0)[hidden].all()
