"""Frames: however a stream is cut into pieces, the same messages come out of it."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.sapient.frames import (
    DEFAULT_LIMIT_BYTES,
    FrameError,
    FrameFault,
    FrameReader,
    frame,
)

PAYLOADS = st.lists(st.binary(min_size=1, max_size=300), max_size=8)


@given(PAYLOADS, st.data())
def test_any_chunking_gives_the_same_messages(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(frame, payloads))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    reader = FrameReader()
    read = [
        payload
        for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for payload in reader.feed(stream[start:stop])
    ]
    reader.finish()
    assert read == payloads


def test_one_byte_at_a_time() -> None:
    reader = FrameReader()
    stream = frame(b"first") + frame(b"second")
    read = [reader.feed(stream[at : at + 1]) for at in range(len(stream))]
    assert [payloads for payloads in read if payloads] == [[b"first"], [b"second"]]
    assert read[8] == [b"first"]
    assert read[-1] == [b"second"]


def test_header_is_little_endian() -> None:
    assert frame(b"x" * 258)[:4] == bytes([2, 1, 0, 0])


@given(PAYLOADS, st.data())
def test_end_inside_a_frame(payloads: list[bytes], data: st.DataObject) -> None:
    last = frame(data.draw(st.binary(min_size=1, max_size=50)))
    cut = data.draw(st.integers(1, len(last) - 1))
    reader = FrameReader()
    assert reader.feed(b"".join(map(frame, payloads)) + last[:cut]) == payloads
    with pytest.raises(FrameError, match="ends inside a frame") as raised:
        reader.finish()
    assert raised.value.fault is FrameFault.TRUNCATED
    with pytest.raises(FrameError):
        reader.feed(last[cut:])


def test_limit_is_inclusive() -> None:
    reader = FrameReader(limit_bytes=10)
    assert reader.feed(frame(bytes(10))) == [bytes(10)]
    with pytest.raises(FrameError) as raised:
        reader.feed(frame(bytes(11)))
    assert raised.value.header == bytes([11, 0, 0, 0])


@pytest.mark.parametrize("length", [DEFAULT_LIMIT_BYTES + 1, (1 << 31) - 1, (1 << 32) - 1])
def test_an_absurd_length_is_refused_before_anything_is_set_aside(length: int) -> None:
    reader = FrameReader()
    tracemalloc.start()
    try:
        with pytest.raises(FrameError, match=str(length)) as raised:
            reader.feed(struct.pack("<I", length) + b"x")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert raised.value.fault is FrameFault.TOO_LONG
    assert peak_bytes < 100_000


def test_a_permitted_length_sets_nothing_aside_either() -> None:
    reader = FrameReader()
    tracemalloc.start()
    try:
        assert reader.feed(struct.pack("<I", DEFAULT_LIMIT_BYTES) + b"x") == []
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 100_000


@given(st.integers(1, DEFAULT_LIMIT_BYTES))
def test_big_endian_lengths_are_named_where_they_can_be_told(length: int) -> None:
    header = struct.pack(">I", length)
    (as_read,) = struct.unpack("<I", header)
    reader = FrameReader()
    if as_read <= DEFAULT_LIMIT_BYTES:
        assert reader.feed(header) == []
        assert reader.error is None
    else:
        with pytest.raises(FrameError, match=rf"big-endian: {as_read} .* {length} the other"):
            reader.feed(header)
        assert reader.error is not None
        assert reader.error.fault is FrameFault.BIG_ENDIAN


def test_empty_frame() -> None:
    with pytest.raises(FrameError, match="announces no bytes") as raised:
        FrameReader().feed(bytes(4))
    assert raised.value.fault is FrameFault.EMPTY


def test_messages_before_a_fault_are_not_lost() -> None:
    reader = FrameReader()
    assert reader.feed(frame(b"good") + b"\xff\xff\xff\xff" + frame(b"lost")) == [b"good"]
    assert reader.error is not None
    for _ in range(2):
        with pytest.raises(FrameError, match="announces 4294967295 bytes"):
            reader.feed(frame(b"late"))
    with pytest.raises(FrameError):
        reader.finish()


def test_a_whole_stream_may_end() -> None:
    reader = FrameReader()
    reader.finish()
    assert reader.feed(frame(b"x")) == [b"x"]
    reader.finish()
    assert reader.error is None


@pytest.mark.parametrize("limit", [0, -1, 1 << 32])
def test_impossible_limits(limit: int) -> None:
    with pytest.raises(ArgumentError, match="limit_bytes"):
        FrameReader(limit_bytes=limit)


def test_nothing_cannot_be_framed() -> None:
    with pytest.raises(ArgumentError, match="payload"):
        frame(b"")
