from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError, InputError
from clearway.recognition import RegionOfInterest, View
from clearway.recognition.training.fitting import passages_of
from clearway.recognition.training.frames import Frames, read_frames, write_frames
from clearway.recognition.training.split import split_by_body
from clearway.recognition.training.volumes import place_cells, typical_axes_m


def made(n: int, seed: int = 1) -> Frames:
    rng = np.random.default_rng(seed)
    return Frames(
        levels=rng.integers(0, 256, (n, 4, 8, 4), dtype=np.uint8),
        outcome=np.arange(n) % 5,
        body=(np.arange(n) % 4).astype(str),
        passage=np.arange(n).astype(str),
        time_s=rng.random(n),
        panel=np.zeros(n, dtype=np.int8),
        examined=np.ones(n, dtype=np.float32),
        person_height_m=np.full(n, 1.7),
        place_m=rng.normal(size=(n, 3)),
        shown=np.ones(n),
    )


def test_sets_are_read_as_they_were_written(tmp_path: Path) -> None:
    frames = made(10)
    write_frames(tmp_path, 1, frames.chosen(np.arange(10) >= 6))
    write_frames(tmp_path, 0, frames.chosen(np.arange(10) < 6))
    again, digest = read_frames(tmp_path)
    assert all(
        np.array_equal(getattr(frames, field.name), getattr(again, field.name))
        for field in fields(Frames)
    )
    write_frames(tmp_path, 1, made(4, seed=2))
    assert read_frames(tmp_path)[1] != digest


def test_damaged_sets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no file"):
        read_frames(tmp_path)
    write_frames(tmp_path, 0, made(4))
    (tmp_path / "frames-00001.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(InputError, match=r"frames-00001\.npz: cannot be read"):
        read_frames(tmp_path)
    wider = replace(made(4), levels=np.zeros((4, 8, 8, 4), dtype=np.uint8))
    write_frames(tmp_path, 1, wider)
    with pytest.raises(InputError, match="not that of the first"):
        read_frames(tmp_path)


def test_pickled_content_is_not_read(tmp_path: Path) -> None:
    arrays = {field.name: getattr(made(4), field.name) for field in fields(Frames)}
    arrays["body"] = np.array([{}, {}, {}, {}], dtype=object)
    with (tmp_path / "frames-00000.npz").open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(InputError, match="cannot be read"):
        read_frames(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", np.array([0, 1, 2, 9])),
        ("place_m", np.zeros((4, 2))),
        ("levels", np.zeros((4, 2, 2, 2), dtype=np.uint16)),
        ("body", np.zeros(4)),
        ("time_s", np.zeros(3)),
    ],
    ids=str,
)
def test_refusals(name: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=name):
        replace(made(4), **{name: value})


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=60).filter(
        lambda names: len(set(names)) >= 3
    ),
    st.integers(0, 2**32 - 1),
)
def test_no_body_is_in_two_parts_and_none_is_lost(names: list[str], seed: int) -> None:
    body = np.array(names)
    parts = split_by_body(body, (0.5, 0.3, 0.2), np.random.default_rng(seed))
    assert (np.sum(parts, axis=0) == 1).all()
    bodies = [set(body[part]) for part in parts]
    assert all(bodies)
    assert sum(map(len, bodies)) == len(set(names))


def test_too_few_bodies_are_refused() -> None:
    with pytest.raises(ArgumentError, match="more bodies"):
        split_by_body(np.array(["a", "a"]), (0.5, 0.5), np.random.default_rng(1))


def test_frames_are_grouped_by_passage_and_ordered_by_time() -> None:
    frames = replace(
        made(6), passage=np.array(list("babbaa")), outcome=np.array([3, 1, 3, 3, 1, 1])
    )
    ratios = np.arange(18.0).reshape(6, 3)
    (first, second), outcomes = passages_of(frames, ratios)
    assert outcomes.tolist() == [1, 3]
    assert (np.diff(first.time_s) >= 0).all()
    assert sorted(second.ratios[:, 0].tolist()) == [0.0, 6.0, 9.0]
    with pytest.raises(ArgumentError, match="two outcomes"):
        passages_of(replace(frames, outcome=np.arange(6) % 5), ratios)


def test_stored_frames_have_the_axes_of_a_person_at_the_middle_of_the_box() -> None:
    interest = RegionOfInterest()
    view = View((0.0, 1.25), (1.4, 0.0))
    box = interest.around(view)
    volume = box.volume(np.ones(box.grid.shape))
    forward, depth, height = typical_axes_m(interest)
    assert np.allclose(volume.forward_m, forward)
    assert np.allclose(volume.depth_m, depth, atol=interest.snap_m / 2 + 1e-9)
    assert np.allclose(volume.height_m, height)


def test_places_fall_into_the_voxel_that_holds_them() -> None:
    interest = RegionOfInterest()
    forward, _, height = typical_axes_m(interest)
    places = np.array([[forward[3], 0.0, height[40]], [np.nan] * 3])
    frames = replace(made(2), outcome=np.array([2, 2]), place_m=places)
    cells = place_cells(frames, interest)
    assert np.floor(cells[0]).tolist() == [3, 40]
    assert np.isnan(cells[1]).all()
