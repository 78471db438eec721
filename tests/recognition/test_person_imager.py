"""Images of the person of a view."""

from __future__ import annotations

import numpy as np

from clearway.imaging import Array
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.recognition.person_imager import PersonImager
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View

DRAWN = jittered_panel(12, 12, np.random.default_rng(1))
ARRAY = Array(
    DRAWN.tx_positions_m, DRAWN.rx_positions_m, tx_times_s=np.linspace(-7e-3, 7e-3, DRAWN.n_tx)
)
FREQUENCIES_HZ = np.linspace(8e9, 18e9, 40)
INTEREST = RegionOfInterest((8, 8, 16), voxel_m=0.02, lowest_m=0.9)
POINT_M = [0.0, 1.05, 1.06]


def test_boxes_that_come_again_are_kept() -> None:
    images = PersonImager(ARRAY, FREQUENCIES_HZ, threads=1, prepared=2)
    boxes = [INTEREST.around(View((x_m, 1.2))) for x_m in (0.0, 0.2, 0.4)]
    first = images.prepare(boxes[0])
    assert images.prepare(INTEREST.around(View((0.0, 1.2)))) is first
    others = [images.prepare(box) for box in boxes[1:]]
    assert images.prepare(boxes[2]) is others[1]
    assert images.prepare(boxes[0]) is not first


def test_one_box_of_two_regions_of_interest_is_two() -> None:
    images = PersonImager(ARRAY, FREQUENCIES_HZ, threads=1)
    other = RegionOfInterest((8, 8, 8), voxel_m=0.02, lowest_m=0.9)
    view = View((0.0, 1.2))
    assert images.prepare(INTEREST.around(view)) is not images.prepare(other.around(view))


def test_a_walking_point_is_imaged_where_it_is() -> None:
    velocity = (1.5, 0.0)
    echo = point_echoes(ARRAY, FREQUENCIES_HZ, [POINT_M], velocity_m_s=(*velocity, 0.0)).samples
    images = PersonImager(ARRAY, FREQUENCIES_HZ, threads=1)
    view = View((0.0, 1.2), velocity)
    volume = images.volume(echo, view, INTEREST.around(view))
    forward, depth, height = np.unravel_index(volume.levels_db.argmax(), volume.levels_db.shape)
    assert abs(volume.forward_m[forward]) <= 0.03
    assert abs(volume.depth_m[depth] + 0.15) <= 0.02
    assert abs(volume.height_m[height] - 1.06) <= 0.03
