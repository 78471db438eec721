"""Images of alarms are kept for those who may see them, and not for long."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError, InputError, OutputError
from clearway.nodes.curtain.evidence_store import AlarmImage, EvidenceStore, alarm_image
from clearway.recognition import Volume

ID = "01KDVDNA3RPJMPPCD6H24PTKS5"
NOW_NS = 1_767_225_600 * NANOSECONDS
HOUR_NS = 3600 * NANOSECONDS


def image() -> AlarmImage:
    rng = np.random.default_rng(2)
    axis = np.linspace(0.0, 0.1, 6)
    return alarm_image(Volume.of(rng.random((4, 3, 6)), axis[:4], axis[:3], axis))


def test_it_is_read_back_by_its_report(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    store.save(ID, image(), NOW_NS)
    read = store.read(ID)
    assert read is not None
    assert np.array_equal(read.from_panel, image().from_panel)
    assert np.array_equal(read.from_front, image().from_front)
    assert np.array_equal(read.from_above, image().from_above)
    assert np.array_equal(read.height_m, image().height_m)
    assert store.read(ID.replace("5", "6")) is None


def test_nobody_else_can_look_at_it(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    before = os.umask(0)
    try:
        EvidenceStore(folder).save(ID, image(), NOW_NS)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    with pytest.raises(InputError, match=r"can be entered by others \(mode 755\)"):
        EvidenceStore(folder)
    with pytest.raises(OutputError):
        EvidenceStore(Path("/dev/null/evidence"))


@given(st.floats(0.1, 100.0), st.floats(0.0, 200.0))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_goes_when_its_time_is_over(tmp_path: Path, hours: float, age_hours: float) -> None:
    store = EvidenceStore(tmp_path / "evidence", hours)
    store.save(ID, image(), NOW_NS)
    deleted = store.expire(NOW_NS + round(age_hours * HOUR_NS))
    assert deleted == (1 if age_hours >= hours else 0)
    assert (store.read(ID) is None) == bool(deleted)


def test_only_images_are_deleted(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    notes = tmp_path / "evidence" / "notes.txt"
    notes.write_text("mine")
    os.utime(notes, ns=(0, 0))
    assert store.expire(NOW_NS) == 0
    assert notes.exists()


@pytest.mark.parametrize("name", ["", "../x", "a" * 26, f"{ID}/..", ID.lower()])
def test_a_report_has_no_other_name(tmp_path: Path, name: str) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    with pytest.raises(ArgumentError, match="ULID"):
        store.read(name)
    with pytest.raises(ArgumentError, match="ULID"):
        store.save(name, image(), NOW_NS)


@given(st.integers(0, 10**6), st.binary(max_size=8), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(tmp_path: Path, at: int, put: bytes, cut: bool) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    store.save(ID, image(), NOW_NS)
    path = tmp_path / "evidence" / f"{ID}.npz"
    content = path.read_bytes()
    at %= len(content)
    path.write_bytes(content[:at] + put + (b"" if cut else content[at + len(put) :]))
    try:
        store.read(ID)
    except InputError as error:
        told = str(error)
    else:
        return
    assert "damaged" in told


def test_hours_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="hours"):
        EvidenceStore(tmp_path, 0.0)
