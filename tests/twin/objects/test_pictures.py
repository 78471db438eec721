import io

import numpy as np
from matplotlib.collections import PolyCollection

from clearway.twin.objects import CATALOGUE
from clearway.twin.objects.pictures import draw_sheet


def test_the_sheet_shows_every_object_with_the_faces_that_look_at_the_viewer() -> None:
    objects = [family.draw(np.random.default_rng(1)) for family in CATALOGUE[:5]]
    figure = draw_sheet(objects, columns=3)
    assert len(figure.axes) == 6
    for axes, carried in zip(figure.axes, objects, strict=False):
        (drawn,) = [item for item in axes.collections if isinstance(item, PolyCollection)]
        facing = sum(int((piece.mesh.normals[:, 2] > 0).sum()) for piece in carried.pieces)
        assert len(drawn.get_paths()) == facing
        assert carried.family in axes.get_title()
    figure.savefig(io.BytesIO(), format="png", dpi=30)
