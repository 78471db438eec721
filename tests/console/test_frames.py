"""Frames of tracks: what crosses the wire, byte for byte, and that nothing is lost on the way."""

from __future__ import annotations

import struct
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from clearway.console.frames import FrameFlag, TracksFrame, decode, encode
from clearway.domain import Mark, TrackPicture
from clearway.errors import ArgumentError

HEADER = 24
PER_TRACK = 30

TWO_PEOPLE = TracksFrame(
    sequence=7,
    flags=FrameFlag.SIMULATED,
    picture=TrackPicture(
        time_ns=1_800_000_000_000_000_000,
        track_id=np.array([1, 65_537]),
        x_m=np.array([1.5, -2.0]),
        y_m=np.array([0.25, 40.0]),
        velocity_x_m_s=np.array([1.0, 0.0]),
        velocity_y_m_s=np.array([0.0, -0.5]),
        sigma_m=np.array([0.125, 0.25]),
        threat=np.array([0.0, 1.0]),
        examined_curtain=np.array([0.0, 1.0]),
        examined_trace=np.array([0.2, 0.0]),
        mark=np.array([Mark.NONE, Mark.LEADING]),
    ),
)

# What every client out there reads: a change of this is another version.
TWO_PEOPLE_BYTES = bytes.fromhex(
    "01 01 0100 02000000 0080982817650600 07000000 00000000"
    "01000000 01000100"
    "0000c03f 000000c0"
    "0000803e 00002042"
    "0000803f 00000000"
    "00000000 000000bf"
    "0000003e 0000803e"
    "0000 ffff"
    "00 ff"
    "33 00"
    "00 02"
    "00 00"
)


def test_the_bytes_are_those_that_were_agreed() -> None:
    assert encode(TWO_PEOPLE).hex() == TWO_PEOPLE_BYTES.hex()
    header = struct.unpack_from("<BBHIqII", TWO_PEOPLE_BYTES)
    assert header == (1, 1, 1, 2, 1_800_000_000_000_000, 7, 0)
    assert len(TWO_PEOPLE_BYTES) == HEADER + 2 * PER_TRACK


FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
SHARES = st.floats(0.0, 1.0)


@st.composite
def frames(draw: st.DrawFn) -> TracksFrame:
    count = draw(st.integers(0, 50))
    columns = {
        name: draw(arrays.arrays("f4", count, elements=FINITE))
        for name in ("x_m", "y_m", "velocity_x_m_s", "velocity_y_m_s", "sigma_m")
    }
    shares = {
        name: draw(arrays.arrays("f8", count, elements=SHARES))
        for name in ("threat", "examined_curtain", "examined_trace")
    }
    picture = TrackPicture(
        time_ns=draw(st.integers(-(2**63), 2**63 - 1)),
        track_id=draw(arrays.arrays("u4", count)),
        mark=draw(arrays.arrays("u1", count)),
        **columns,
        **shares,
    )
    return TracksFrame(picture, draw(st.integers(0, 2**32 - 1)), FrameFlag(draw(st.integers(0, 3))))


@given(frames())
def test_what_is_written_is_read(frame: TracksFrame) -> None:
    data = encode(frame)
    assert len(data) == HEADER + PER_TRACK * len(frame.picture)
    read = decode(data)
    steps = {"threat": 65_535, "examined_curtain": 255, "examined_trace": 255}
    assert (read.sequence, read.flags) == (frame.sequence, frame.flags)
    assert read.picture.time_ns == frame.picture.time_ns // 1000 * 1000
    for field in fields(TrackPicture)[1:]:
        written, got = getattr(frame.picture, field.name), getattr(read.picture, field.name)
        if field.name in steps:
            half_a_step = 0.5 / steps[field.name]
            np.testing.assert_allclose(got, written, rtol=0.0, atol=half_a_step * (1 + 1e-9))
        else:
            np.testing.assert_array_equal(got, written)


@given(frames())
def test_columns_begin_at_multiples_of_their_width(frame: TracksFrame) -> None:
    count = len(frame.picture)
    data = encode(frame)
    threat = np.frombuffer(data, "<u2", count, HEADER + 24 * count)
    np.testing.assert_array_equal(threat, np.rint(frame.picture.threat * 65_535))
    assert (HEADER + 24 * count) % 4 == 0


def test_the_sequence_begins_again_after_its_last_number() -> None:
    late = replace(TWO_PEOPLE, sequence=2**32 + 5)
    assert decode(encode(late)).sequence == 5


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_or_are_a_frame(data: bytes) -> None:
    try:
        frame = decode(data)
    except ArgumentError:
        return
    assert len(data) == HEADER + PER_TRACK * len(frame.picture)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "0 bytes"),
        (TWO_PEOPLE_BYTES[:-1], "83 bytes for 2 tracks"),
        (TWO_PEOPLE_BYTES + b"\0", "85 bytes for 2 tracks"),
        (b"\2" + TWO_PEOPLE_BYTES[1:], "version 2"),
        (b"\1\7" + TWO_PEOPLE_BYTES[2:], "kind 7"),
    ],
)
def test_damaged_frames_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(ArgumentError, match=problem):
        decode(data)
