"""Sets on disk: read as written, or refused in one message."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.recognition import RegionOfInterest
from clearway.recognition.stored import Frames, holds_frames, read_frames, write_frames
from clearway.recognition.stored.files import frames_path, passages_in
from clearway.recognition.stored.frames import ARRAYS
from tests.recognition.stored.making import about, frames, truths

SOME = frames(truths(7), 1)


def written(tmp_path: Path, given: Frames = SOME, number: int = 0) -> Path:
    write_frames(frames_path(tmp_path, number), given)
    return frames_path(tmp_path, number)


def told_or_read(path: Path) -> bool:
    """Whether the file is read whole, or refused by its name."""
    try:
        return len(read_frames(path)[0]) == len(SOME)
    except InputError as error:
        return str(error).startswith(f"{path}: ")


def equal(one: Frames, other: Frames) -> bool:
    same = all(
        np.array_equal(getattr(one, k), getattr(other, k), equal_nan=True)
        for k in ("time_s", "measures", "origin_m", "place_m")
    )
    named = all(
        np.array_equal(getattr(one, k), getattr(other, k))
        for k in ARRAYS
        if k not in ("time_s", "measures", "origin_m", "place_m", "person_height_m")
    )
    return same and named and one.passages == other.passages and one.about == other.about


def test_a_folder_and_a_single_file_are_read_as_they_were_written(tmp_path: Path) -> None:
    written(tmp_path, frames(truths(2, "b"), seed=2), 1)
    path = written(tmp_path)
    both, digest = read_frames(tmp_path)
    assert equal(both.chosen(np.arange(7)), replace(SOME, passages=both.passages))
    assert both.levels is not None
    np.testing.assert_array_equal(both.levels[:7], SOME.levels)
    alone, other = read_frames(path)
    assert equal(alone, SOME)
    assert digest != other
    assert read_frames(path, volumes=False)[0].levels is None
    together, _ = read_frames(path, frames_path(tmp_path, 1))
    assert equal(together, both)


def test_a_joined_condensed_file_is_small(tmp_path: Path) -> None:
    many = frames(truths(400), 5)
    path = tmp_path / "set.npz"
    write_frames(path, many.condensed)
    again, _ = read_frames(path)
    assert equal(again, many)
    assert path.stat().st_size / len(many) < 500
    assert holds_frames(path)
    assert not holds_frames(tmp_path)
    assert passages_in(path) == {truth.passage for truth in many.passages}


def test_an_empty_walk_is_kept(tmp_path: Path) -> None:
    written(tmp_path, frames(truths(3, "empty"), 0))
    written(tmp_path, SOME, 1)
    both, _ = read_frames(tmp_path)
    assert (len(both), len(both.passages)) == (7, 10)


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no file"):
        read_frames(tmp_path)
    with pytest.raises(InputError, match=r"nowhere: cannot be read: No such file"):
        read_frames(tmp_path / "nowhere")
    first = written(tmp_path)
    second = written(tmp_path, SOME, 1)
    with pytest.raises(InputError, match=rf"00001\.npz: truth_passage: .*'p0', as does {first}"):
        read_frames(tmp_path)
    wide = RegionOfInterest((8, 8, 16), pooling=(2, 1, 2))
    write_frames(second, frames(truths(1, "w"), interest=wide))
    with pytest.raises(InputError, match=r"00001\.npz: interest"):
        read_frames(tmp_path)
    second.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(InputError, match=r"00001\.npz: cannot be read"):
        read_frames(tmp_path)
    with pytest.raises(InputError, match=r"00001\.npz: cannot be read"):
        passages_in(second)


def test_columns_of_another_version_are_refused(tmp_path: Path) -> None:
    name, columns = "measures", about().measures
    for other, told in (
        (("new", *columns[1:]), f"differ in {columns[0]}, new|differ in new"),
        (columns[::-1], "another order"),
    ):
        path = written(tmp_path, replace(SOME, about=about().model_copy(update={name: other})))
        with pytest.raises(InputError, match=rf"00000\.npz: {name}: .*({told})") as refused:
            read_frames(path)
        assert "remedy: make the set again with this version" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("body", np.array([{}] * 7, dtype=object), "cannot be read"),
        ("truth_outcome", np.array(["knife"] * 7), "outcome: is 'knife'"),
        ("truth_place", np.array(["nose"] * 7), "cannot be read: 'nose'"),
        ("truth_wet", np.zeros(7), "truth_wet: has shape"),
        ("truth_body", np.array(["b"] * 6), "cannot be read"),
        ("sectors", np.zeros((7, 3), dtype=bool), "sectors: has shape"),
        ("about", np.array("{"), "about: "),
        ("about", np.array('{"format": 3}'), r"about\.format"),
    ],
    ids=str,
)
def test_wrong_content_is_named(tmp_path: Path, name: str, value: Any, message: str) -> None:
    path = written(tmp_path)
    with np.load(path) as stored:
        arrays = dict(stored) | {name if name != "body" else "panel": value}
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=message):
        read_frames(path)


@pytest.mark.parametrize("name", [*ARRAYS, "about", "truth_passage"])
def test_a_missing_array_is_named(tmp_path: Path, name: str) -> None:
    path = written(tmp_path)
    with np.load(path) as stored:
        np.savez(path, **{key: stored[key] for key in stored if key != name})
    with pytest.raises(InputError, match=rf"00000\.npz: cannot be read: .*{name}"):
        read_frames(path)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=4), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_damage_gives_one_error_or_the_set(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]], end: float
) -> None:
    path = written(tmp_path_factory.mktemp("damaged"), SOME.condensed)
    content = bytearray(path.read_bytes())
    for place, change in flips:
        content[int(place * (len(content) - 1))] ^= change
    path.write_bytes(content[: max(1, round(len(content) * max(end, 0.2 if flips else end)))])
    assert told_or_read(path)


def test_damage_inside_an_array_gives_one_error(tmp_path: Path) -> None:
    """Bytes of arrays are changed below the archive's own checksums."""
    path = written(tmp_path, SOME.condensed)
    rng = np.random.default_rng(5)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(60):
        name = sorted(files)[int(rng.integers(len(files)))]
        broken = bytearray(files[name])
        broken[int(rng.integers(min(len(broken), 128)))] = int(rng.integers(256))
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for own, content in (files | {name: bytes(broken)}).items():
                archive.writestr(own, content)
        path.write_bytes(buffer.getvalue())
        assert told_or_read(path)
