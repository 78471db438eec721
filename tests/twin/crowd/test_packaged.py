from importlib.resources import as_file
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from clearway.site.schema import Site
from clearway.twin.crowd import Origin, packaged_recording
from clearway.twin.crowd.packaged import PACKAGED_FILE
from clearway.twin.crowd.placement import lay_along_walkway
from clearway.twin.crowd.remake_packaged import write_packaged_recording


def test_it_is_a_plausible_two_way_crowd() -> None:
    crowd = packaged_recording()
    assert (crowd.origin, crowd.rate_hz, crowd.duration_s) == (Origin.SIMULATED, 5.0, 180.0)
    arrived = int((crowd.first_frame > 0).sum())
    assert arrived == pytest.approx(180, abs=3 * np.sqrt(180))
    assert len(crowd.at(0.0).person) > 15
    eastward = crowd.position_m[crowd.row, 0] < crowd.position_m[crowd.row + crowd.length - 1, 0]
    assert 0.4 < eastward.mean() < 0.6
    assert 1.4 <= crowd.height_m.min() < crowd.height_m.max() <= 2.1
    speed = np.linalg.norm(crowd.steps_m(), axis=1) * crowd.rate_hz
    assert 1.0 < np.median(speed) < 1.5


def test_it_says_what_it_is() -> None:
    description = packaged_recording().description
    assert "packaged recording of a JuPedSim" in description
    assert "used since JuPedSim is not installed" in description


def test_it_fits_the_demo_floor(site: Site) -> None:
    crowd = packaged_recording()
    placed = lay_along_walkway(crowd, site)
    assert np.abs(placed.position_m - crowd.position_m).max() < 0.3


def test_it_is_small() -> None:
    with as_file(PACKAGED_FILE) as path:
        assert path.stat().st_size < 200_000


@pytest.mark.jupedsim
def test_it_can_be_made_anew(site: Site, tmp_path: Path) -> None:
    pytest.importorskip("jupedsim")
    path = tmp_path / "corridor.parquet"
    write_packaged_recording(path, site)
    anew = pq.read_table(path)
    with as_file(PACKAGED_FILE) as packaged:
        assert anew.schema.equals(pq.read_schema(packaged))
    assert {b"seed", b"site", b"clearway", b"jupedsim", b"numpy"} <= set(anew.schema.metadata)
    assert anew.num_rows > 10_000
