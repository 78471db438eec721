import sys
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError, MissingExtraError
from clearway.site.schema import Placement, Site
from clearway.twin.crowd import Origin, open_crowd, packaged_recording

RECORDING = "person_id,time_s,x_m,y_m\n" + "".join(
    f"{who},{t / 10 + who},{t * 0.12:.3f},{who}\n" for who in range(4) for t in range(100)
)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "walk.csv"
    path.write_text(RECORDING)
    return path


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def with_crowd(site: Site, **changes: object) -> Site:
    return site.model_copy(update={"crowd": site.crowd.model_copy(update=changes)})


def test_a_recording_is_read_and_placed(
    site: Site, recording: Path, rng: np.random.Generator
) -> None:
    crowd = open_crowd(site, crowd_file=recording, rng=rng)
    assert (len(crowd), crowd.origin) == (4, Origin.RECORDED)
    assert crowd.duration_s == pytest.approx(12.9)
    low, high = np.percentile(crowd.position_m, (2, 98), axis=0)
    np.testing.assert_allclose((low + high) / 2, (20.0, 3.0), atol=1e-6)


def test_a_duration_cuts_a_recording(site: Site, recording: Path, rng: np.random.Generator) -> None:
    messages: list[str] = []
    crowd = open_crowd(
        site, crowd_file=recording, duration_s=5.0, rng=rng, on_message=messages.append
    )
    assert (crowd.duration_s, messages) == (5.0, [])
    open_crowd(site, crowd_file=recording, duration_s=60.0, rng=rng, on_message=messages.append)
    assert messages == ["the recording ends after 12.9 s"]


def test_a_rate_contradicts_a_file(site: Site, recording: Path, rng: np.random.Generator) -> None:
    with pytest.raises(InputError, match="leave out either the rate or the file"):
        open_crowd(site, crowd_file=recording, rate_per_min=100.0, rng=rng)


@pytest.mark.jupedsim
def test_a_demand_list_is_simulated(site: Site, tmp_path: Path, rng: np.random.Generator) -> None:
    pytest.importorskip("jupedsim")
    path = tmp_path / "demand.csv"
    path.write_text(
        "person_id,origin,destination,entry_s,exit_s\n"
        "4,west-in,east-out,100,130\n9,east-in,west-out,103.5,135\n"
    )
    crowd = open_crowd(site, crowd_file=path, rng=rng)
    assert crowd.person_id.tolist() == [4, 9]
    assert crowd.first_frame.tolist() == [0, 35]
    assert crowd.description.startswith("demand list demand.csv: JuPedSim")
    assert open_crowd(site, crowd_file=path, duration_s=5.0, rng=rng).duration_s == 5.0


@pytest.mark.jupedsim
def test_without_a_file_people_are_simulated(site: Site, rng: np.random.Generator) -> None:
    pytest.importorskip("jupedsim")
    messages: list[str] = []
    crowd = open_crowd(site, duration_s=10.0, rng=rng, on_message=messages.append)
    assert (crowd.origin, crowd.duration_s, messages) == (Origin.SIMULATED, 10.0, [])
    assert len(crowd.at(0.0).person) > 10
    busy = open_crowd(site, rate_per_min=160.0, duration_s=10.0, rng=rng)
    assert len(busy) > 1.5 * len(crowd)


@pytest.mark.jupedsim
def test_the_sites_own_arrival_times_are_used(site: Site, rng: np.random.Generator) -> None:
    pytest.importorskip("jupedsim")
    listed = with_crowd(site, arrivals_s=(2.0, 1.0))
    crowd = open_crowd(listed, rng=rng)
    assert crowd.first_frame.tolist() == [10, 20]
    assert len(open_crowd(listed, rate_per_min=60.0, duration_s=20.0, rng=rng)) > 10


def test_without_jupedsim_the_packaged_recording_is_used_and_said_so(
    site: Site, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    messages: list[str] = []
    # A placement of the user's own recording must not move the packaged one.
    placed = with_crowd(site, placement=Placement(x_m=500.0, y_m=0.0))
    crowd = open_crowd(placed, rng=rng, on_message=messages.append)
    assert len(crowd) == len(packaged_recording())
    assert len(messages) == 1
    assert "used since JuPedSim is not installed: 60 arrivals per minute" in messages[0]
    assert open_crowd(site, rate_per_min=60.0, duration_s=30.0, rng=rng).duration_s == 30.0


@pytest.mark.parametrize("asked", [{"rate_per_min": 100.0}, {"duration_s": 600.0}])
def test_without_jupedsim_anything_else_is_refused(
    site: Site,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, float],
) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    with pytest.raises(MissingExtraError, match="requirements-crowd"):
        open_crowd(
            site,
            rate_per_min=asked.get("rate_per_min"),
            duration_s=asked.get("duration_s"),
            rng=rng,
        )


def test_without_jupedsim_a_floor_that_cannot_hold_the_recording_is_refused(
    site: Site, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    short = site.floor.model_copy(
        update={"outline": ((10.0, 0.0), (30.0, 0.0), (30.0, 6.0), (10.0, 6.0))}
    )
    with pytest.raises(MissingExtraError):
        open_crowd(site.model_copy(update={"floor": short}), rng=rng)
