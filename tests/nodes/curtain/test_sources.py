"""Frames arrive whole or are counted as lost, from wherever they come."""

from __future__ import annotations

import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError, InputError, OutputError
from clearway.nodes.curtain.backlog import Backlog
from clearway.nodes.curtain.frames import RadarFrame
from clearway.nodes.curtain.sources import FrameListener, FrameRing, RingSource
from clearway.nodes.curtain.sources.record import (
    Fill,
    FrameRecordError,
    Header,
    read_record,
    record,
)

SHAPE = (3, 2, 2)


def frame(number: int, shape: tuple[int, ...] = SHAPE) -> RadarFrame:
    samples = np.full(shape, number + 1j, dtype=np.complex64)
    return RadarFrame(number, 1000 * number, number % 2, samples)


def same(one: RadarFrame, other: RadarFrame) -> bool:
    return (one.sequence, one.time_ns, one.panel) == (
        other.sequence,
        other.time_ns,
        other.panel,
    ) and np.array_equal(one.samples, other.samples)


@pytest.fixture
def ring() -> Iterator[tuple[FrameRing, FrameRing]]:
    name = f"clearway-test-{uuid4().hex}"
    with FrameRing.create(name, SHAPE, slots=4) as writer, FrameRing.attach(name) as reader:
        yield writer, reader


def write(writer: FrameRing, number: int) -> None:
    one = frame(number)
    writer.write(one.samples, time_ns=one.time_ns, panel=one.panel)


def test_a_ring_gives_each_frame_once(ring: tuple[FrameRing, FrameRing]) -> None:
    writer, reader = ring
    assert reader.read() is None
    for number in range(1, 20):
        write(writer, number)
        got = reader.read()
        assert got is not None
        assert same(got, frame(number))
        assert reader.read() is None
    assert reader.gaps.missing == 0


@given(st.lists(st.one_of(st.none(), st.integers(1, 12)), max_size=20))
@settings(max_examples=50)
def test_a_ring_loses_the_oldest_and_says_so(acts: list[int | None]) -> None:
    """None reads all there is; a number writes so many frames."""
    name = f"clearway-test-{uuid4().hex}"
    written, got = 0, [0]
    with FrameRing.create(name, SHAPE, slots=4) as writer, FrameRing.attach(name) as reader:
        write(writer, 1)
        written = 1
        assert reader.read() is not None
        got = [1]
        for act in (*acts, None):
            for _ in range(act or 0):
                written += 1
                write(writer, written)
            while act is None and (one := reader.read()) is not None:
                assert same(one, frame(one.sequence))
                got.append(one.sequence)
        assert got == sorted(set(got))
        assert got[-1] == written
        assert len(got) + reader.gaps.missing == written


def test_a_frame_that_is_being_overwritten_is_not_given(
    ring: tuple[FrameRing, FrameRing],
) -> None:
    writer, reader = ring
    write(writer, 1)
    # What the writer does first when it comes round to this slot.
    struct.pack_into("<Q", writer._memory, writer._slot(0), 5)
    assert reader.read() is None
    for number in range(2, 4):
        write(writer, number)
    assert [one.sequence for one in (reader.read(), reader.read()) if one] == [2, 3]


def test_a_ring_belongs_to_its_user_and_goes_with_its_maker() -> None:
    name = f"clearway-test-{uuid4().hex}"
    path = Path("/dev/shm") / name  # noqa: S108  # POSIX shared memory
    with FrameRing.create(name, SHAPE) as ring:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(OutputError, match="cannot be made"):
            FrameRing.create(name, SHAPE)
        with pytest.raises(ArgumentError, match="has shape"):
            ring.write(np.ones((2, 2)), time_ns=0, panel=0)
    assert not path.exists()
    with pytest.raises(InputError, match="cannot be opened"):
        FrameRing.attach(name)


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=100)
def test_memory_that_is_no_ring_is_refused(content: bytes, begins_well: bool) -> None:
    name = f"clearway-test-{uuid4().hex}"
    path = Path("/dev/shm") / name  # noqa: S108  # POSIX shared memory
    path.write_bytes((b"CWRING01" if begins_well else b"") + content + b"\0")
    try:
        with pytest.raises(InputError):
            FrameRing.attach(name).close()
    finally:
        path.unlink()


@pytest.mark.parametrize("name", ["", "a/b", "..", ".x"])
def test_a_name_leads_nowhere_else(name: str) -> None:
    with pytest.raises(ArgumentError, match="without slashes"):
        FrameRing.attach(name)


@pytest.mark.parametrize(
    ("shape", "slots"), [((3,), 4), ((0, 2), 4), ((2, 2), 1), ((9000, 9000), 4)]
)
def test_sizes_that_cannot_be_are_refused(shape: tuple[int, ...], slots: int) -> None:
    with pytest.raises(ArgumentError):
        FrameRing.create("clearway-test", shape, slots)


def test_a_ring_as_a_source() -> None:
    name = f"clearway-test-{uuid4().hex}"
    with FrameRing.create(name, SHAPE) as writer:
        source = RingSource(name)
        frames = source.frames()
        for number in (1, 2):
            write(writer, number)
            assert next(frames).sequence == number
        source.close()
        assert list(frames) == []
        assert source.dropped == 0


shapes = st.one_of(
    st.tuples(*3 * [st.integers(1, 4)]), st.tuples(st.integers(1, 4), st.integers(1, 9))
)


def filler(content: bytes, most: int) -> Fill:
    rest = memoryview(content)

    def fill(room: memoryview) -> int:
        nonlocal rest
        n = min(len(room), len(rest), most)
        room[:n] = rest[:n]
        rest = rest[n:]
        return n

    return fill


@given(shapes, st.integers(0, 2**64 - 1), st.integers(0, 2**62), st.integers(1, 50))
def test_a_record_is_read_back(
    shape: tuple[int, ...], sequence: int, time_ns: int, most: int
) -> None:
    one = RadarFrame(sequence, time_ns, 1, np.full(shape, 2 - 1j, dtype=np.complex64))
    fill = filler(2 * record(one), most)
    for _ in range(2):
        got = read_record(fill)
        assert got is not None
        assert same(got, one)
    assert read_record(fill) is None


@given(st.binary(max_size=150), st.integers(0, 40))
def test_bytes_that_are_no_record_give_one_error(content: bytes, kept: int) -> None:
    fill = filler(record(frame(1))[:kept] + content, 7)
    got = None
    with suppress(FrameRecordError):
        got = read_record(fill, largest_bytes=64)
    assert got is None or 0 < got.samples.nbytes <= 64


@given(st.binary(min_size=40, max_size=40))
def test_any_header_is_refused_or_bounded(content: bytes) -> None:
    for head in (content, b"CWRF\1\0" + content[6:20] + bytes(4) + content[24:]):
        try:
            header = Header.read(head, 1000)
        except FrameRecordError:
            continue
        assert 0 < 8 * np.prod(header.shape, dtype=object) <= 1000


def send(address: tuple[str, int] | str, *messages: bytes) -> None:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as connection:
        connection.connect(address)
        for message in messages:
            connection.sendall(message)


def test_a_listener_outlives_bad_bytes_and_lost_connections() -> None:
    notices: list[str] = []
    listener = FrameListener(("127.0.0.1", 0), on_notice=notices.append)
    address = ("127.0.0.1", listener.port)

    def instruments() -> None:
        send(address, record(frame(1)), record(frame(2))[:50])
        send(address, b"GET / HTTP/1.1\r\n\r\n" + bytes(100))
        send(address, record(frame(5)), record(frame(6)))

    thread = Thread(target=instruments)
    thread.start()
    got = []
    for one in listener.frames():
        got.append(one.sequence)
        if one.sequence == 6:
            listener.close()
    thread.join()
    assert got == [1, 5, 6]
    assert listener.dropped == 3
    assert any("bytes too early" in notice for notice in notices)
    assert any("begins with b'GET '" in notice for notice in notices)


def test_a_unix_socket_lets_in_its_user_only(tmp_path: Path) -> None:
    path = tmp_path / "frames.sock"
    for _ in range(2):  # also over one that a killed node left behind
        listener = FrameListener(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        frames = listener.frames()
        thread = Thread(target=send, args=(str(path), record(frame(3))))
        thread.start()
        assert next(frames).sequence == 3
        thread.join()
        listener.close()
        assert list(frames) == []
        assert not path.exists()
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    with pytest.raises(OutputError, match="cannot be listened at"):
        FrameListener(tmp_path / "absent" / "frames.sock")


def test_a_source_that_was_never_read_lets_go_of_everything(tmp_path: Path) -> None:
    listener = FrameListener(tmp_path / "frames.sock")
    listener.close()
    assert not (tmp_path / "frames.sock").exists()
    assert listener.port == 0
    assert list(listener.frames()) == []


def test_a_file_in_the_place_of_the_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(OutputError):
        FrameListener(path)
    assert path.read_text() == "mine"


def test_a_recording_waits_for_room_in_the_backlog() -> None:
    backlog = Backlog(1)

    def fill() -> None:
        for number in range(5):
            backlog.put(frame(number), wait=True)
        backlog.close()

    thread = Thread(target=fill)
    thread.start()
    got = []
    while not backlog.ended:
        one = backlog.take(5.0)
        if one is not None:
            got.append(one.sequence)
    thread.join()
    assert got == [0, 1, 2, 3, 4]
    assert backlog.dropped == 0
    backlog.put(frame(9))
    assert backlog.take(0.0) is None
    with pytest.raises(ArgumentError, match="capacity"):
        Backlog(0)
