"""A recording is played as it was taken, or in its own time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from clearway.errors import InputError
from clearway.nodes.curtain.sources.recording import (
    INDEX,
    Recording,
    read_index,
    write_recording,
)
from clearway.site.schema import Site
from tests.nodes.curtain.making import START_NS, Scene, curtain_of
from tests.support.damage import damaged, read_all

HEAD = "time_ns,panel,file,frame\n"


def test_it_is_read_back_in_the_order_of_time(station: Site, tmp_path: Path) -> None:
    scene = Scene(curtain_of(station, n_panels=2, n_elements=3), n_steps=3)
    frames = list(scene.frames())
    write_recording(tmp_path / "walk", frames, scene.radar)
    played = list(Recording(tmp_path / "walk").frames())
    assert [(one.time_ns, one.panel) for one in played] == [
        (one.time_ns, one.panel) for one in frames
    ]
    assert all((a.samples == b.samples).all() for a, b in zip(played, frames, strict=True))
    assert [one.sequence for one in played] == list(range(6))


def test_in_its_own_time_each_frame_comes_when_its_sweep_ends(
    station: Site, tmp_path: Path
) -> None:
    scene = Scene(curtain_of(station, n_elements=3), n_steps=3)
    write_recording(tmp_path, list(scene.frames()), scene.radar)
    now_ns, waited_s = START_NS, list[float]()
    recording = Recording(tmp_path, start_ns=START_NS, clock=lambda: now_ns)
    assert recording.live

    class Waiting:
        """Stands for the event, and moves the clock instead of waiting."""

        def wait(self, delay_s: float) -> None:
            nonlocal now_ns
            waited_s.append(delay_s)
            now_ns += round(1e9 * delay_s)

        def is_set(self) -> bool:
            return False

    recording._closed = Waiting()  # type: ignore[assignment]
    times = []
    for one in recording.frames():
        times.append(one.time_ns)
        assert now_ns >= one.time_ns
    assert times == [START_NS, START_NS + 100_000_000, START_NS + 200_000_000]
    assert sum(waited_s) == pytest.approx(0.2, abs=0.01)


def test_it_can_be_ended(station: Site, tmp_path: Path) -> None:
    scene = Scene(curtain_of(station, n_elements=3), n_steps=3)
    write_recording(tmp_path, list(scene.frames()), scene.radar)
    recording = Recording(tmp_path)
    frames = recording.frames()
    next(frames)
    recording.close()
    assert list(frames) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no column time_ns"),
        (HEAD, "holds no frame"),
        (HEAD + "1,0,a.h5,0\n0,0,a.h5,1\n", "goes back from 1 to 0"),
        (HEAD + "1,0,../a.h5,0\n", "not the name of a file beside the table"),
        (HEAD + "1,2,a.h5,0\n", "not a whole number from 0 to 1"),
        (HEAD + "-1,0,a.h5,0\n", "not a whole number"),
        (HEAD + "1,0,a.h5\n", "not a whole number"),
    ],
    ids=["nothing", "empty", "order", "elsewhere", "panel", "negative", "short"],
)
def test_a_table_that_cannot_be_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / INDEX).write_text(text)
    with pytest.raises(InputError, match=problem):
        read_index(tmp_path)


def test_without_a_table_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Recording(tmp_path)


@given(damaged({INDEX: (HEAD + "1,0,a.h5,0\n2,1,b.h5,0\n").encode()}))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_tables(tmp_path: Path, file: tuple[str, bytes]) -> None:
    read_all({"index": lambda path: read_index(path.parent)}, tmp_path, *file)
