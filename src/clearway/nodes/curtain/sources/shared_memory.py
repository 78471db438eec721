"""Frames in shared memory: a ring that the instrument's driver writes and the node reads.

The writer never waits: it goes round and overwrites the oldest frame.  Each slot carries the count
of its frame twice, before and after the samples; the writer sets the first before it touches them
and the second when they are complete, and the reader looks at the second before it copies them and
at the first afterwards.  Where both are the count that it expects, the copy is whole.  (L. Lamport,
Communications of the ACM 20(11), 1977.)  This relies on stores being seen in their order, as on
x86-64.

The memory is a POSIX shared memory object, which only its owner can open::

    header   0   8s      ``CWRING01``
             8   uint32  slots
             12  uint32  dimensions of a frame, 2 or 3
             16  3 uint32  frequencies, transmitters, receivers; or frequencies, channels, 0
             64  uint64  frames written so far
    slot     0   uint64  count of its frame, from 1: before
             8   uint64  running number
             16  int64   UTC of the middle of the sweep, nanoseconds
             24  uint32  panel
             32  uint64  count of its frame: after
             64          samples, complex64
"""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError, Fault, InputError, OutputError
from clearway.imaging.checks import complex_array
from clearway.nodes.curtain.frames import Gaps, RadarFrame
from clearway.nodes.curtain.sources.record import LARGEST_BYTES

__all__ = ["FrameRing"]

_FOLDER = Path("/dev/shm")  # noqa: S108  # where POSIX shared memory is on Linux (shm_overview(7))
_MAGIC = b"CWRING01"
_HEADER = struct.Struct("<8sII3I")
_COUNT = struct.Struct("<Q")
_ABOUT = struct.Struct("<QqI")
_WRITTEN_AT, _HEADER_BYTES = 64, 128
_ABOUT_AT, _AFTER_AT, _SLOT_BYTES = 8, 32, 64
_MOST_SLOTS = 1024


class FrameRing:
    """One end of a ring; `create` is for the writer, `attach` for the reader.

    Examples
    --------
    >>> from uuid import uuid4
    >>> name = f"clearway-{uuid4().hex}"
    >>> with FrameRing.create(name, (2, 3)) as ring, FrameRing.attach(name) as other:
    ...     ring.write(np.full((2, 3), 1j), time_ns=5, panel=0)
    ...     frame = other.read()
    ...     frame.sequence, frame.samples[0, 0].item(), other.read()
    (1, 1j, None)
    """

    def __init__(
        self, path: Path, memory: mmap.mmap, shape: tuple[int, ...], slots: int, *, owner: bool
    ) -> None:
        self._path, self._memory, self._owner = path, memory, owner
        self.shape = shape
        """Of a frame."""
        self.slots = slots
        self._stride = _stride(shape)
        self._samples = [
            np.frombuffer(memory, "<c8", prod(shape), self._slot(index) + _SLOT_BYTES).reshape(
                shape
            )
            for index in range(slots)
        ]
        self._next = self._written
        self.gaps = Gaps()
        """What the reader missed."""

    @classmethod
    def create(cls, name: str, shape: tuple[int, ...], slots: int = 8) -> FrameRing:
        """Make the ring; it goes when it is closed.

        Parameters
        ----------
        name : str
            Of the shared memory object, without slashes.
        shape : (n_freq, n_tx, n_rx) or (n_freq, n_pairs)
        slots : int
            Frames that it holds: what the reader may be behind.

        Raises
        ------
        ArgumentError
            A shape or number of slots that cannot be.
        OutputError
            A name that is taken, or no room.
        """
        _check_sizes(shape, slots, "shape")
        path = _path_of(name)
        size = _HEADER_BYTES + slots * _stride(shape)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, size)
                memory = mmap.mmap(descriptor, size)
            except BaseException:
                path.unlink()
                raise
            finally:
                os.close(descriptor)
        except OSError as error:
            problem = f"cannot be made ({error.strerror or error})"
            raise OutputError(path, problem, "choose another name, or free memory") from None
        padded = (*shape, 0)[:3]
        memory[: _HEADER.size] = _HEADER.pack(_MAGIC, slots, len(shape), *padded)
        return cls(path, memory, shape, slots, owner=True)

    @classmethod
    def attach(cls, name: str) -> FrameRing:
        """Open a ring that somebody else made; reading begins with the next frame.

        Raises
        ------
        InputError
            No such ring, or memory that is none.
        """
        path = _path_of(name)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                memory = mmap.mmap(descriptor, 0)
            finally:
                os.close(descriptor)
        except (OSError, ValueError) as error:
            fault = Fault(f"cannot be opened ({error})", "start the instrument's driver first")
            raise InputError(path, fault) from None
        try:
            shape, slots = _read_header(memory)
        except ArgumentError as error:
            memory.close()
            raise InputError(path, error.fault) from None
        return cls(path, memory, shape, slots, owner=False)

    def write(self, samples: ArrayLike, *, time_ns: int, panel: int) -> None:
        """Put a frame in the place of the oldest one.

        Raises
        ------
        ArgumentError
            Another shape, NaN or infinity.
        """
        checked = complex_array("samples", samples, self.shape)
        count = self._written + 1
        index = (count - 1) % self.slots
        start = self._slot(index)
        _COUNT.pack_into(self._memory, start, count)
        _ABOUT.pack_into(self._memory, start + _ABOUT_AT, count, time_ns, panel)
        self._samples[index][...] = checked
        _COUNT.pack_into(self._memory, start + _AFTER_AT, count)
        _COUNT.pack_into(self._memory, _WRITTEN_AT, count)

    def read(self) -> RadarFrame | None:
        """The next frame that was not overwritten; None while there is none."""
        while (written := self._written) > self._next:
            # The oldest slot may be overwritten at any moment.
            count = max(self._next, written - self.slots + 1) + 1
            self._next = count
            frame = self._copy(count)
            if frame is not None:
                self.gaps.note(frame.sequence)
                return frame
        return None

    def close(self) -> None:
        """Let go of the memory; the one who made it also removes its name."""
        self._samples.clear()
        self._memory.close()
        if self._owner:
            self._owner = False
            with suppress(FileNotFoundError):
                self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _written(self) -> int:
        return int(_COUNT.unpack_from(self._memory, _WRITTEN_AT)[0])

    def _slot(self, index: int) -> int:
        return _HEADER_BYTES + index * self._stride

    def _copy(self, count: int) -> RadarFrame | None:
        """The frame of a count; None if it is not there whole, or no more."""
        index = (count - 1) % self.slots
        start = self._slot(index)
        if _COUNT.unpack_from(self._memory, start + _AFTER_AT)[0] != count:
            return None
        sequence, time_ns, panel = _ABOUT.unpack_from(self._memory, start + _ABOUT_AT)
        samples: NDArray[np.complex64] = self._samples[index].astype(np.complex64)
        if _COUNT.unpack_from(self._memory, start)[0] != count:
            return None
        return RadarFrame(sequence, time_ns, panel, samples)


def _path_of(name: str) -> Path:
    if not name or "/" in name or name.startswith("."):
        raise ArgumentError("name", f"is {name!r}", "give a file name without slashes")
    return _FOLDER / name


def _stride(shape: tuple[int, ...]) -> int:
    """Bytes of a slot, a multiple of 64."""
    return _SLOT_BYTES + -(-prod(shape) * 8 // 64) * 64


def _check_sizes(shape: tuple[int, ...], slots: int, name: str) -> None:
    if len(shape) not in {2, 3} or min(shape) < 1 or prod(shape) * 8 > LARGEST_BYTES:
        raise ArgumentError(name, f"is {shape}", f"give a frame of at most {LARGEST_BYTES} bytes")
    if not 2 <= slots <= _MOST_SLOTS:
        raise ArgumentError("slots", f"is {slots}", f"give 2 to {_MOST_SLOTS}")


def _read_header(memory: mmap.mmap) -> tuple[tuple[int, ...], int]:
    if len(memory) < _HEADER_BYTES:
        raise ArgumentError("header", "is cut short", "make the ring anew")
    magic, slots, n_dimensions, *sizes = _HEADER.unpack_from(memory)
    if magic != _MAGIC:
        raise ArgumentError("header", f"begins with {magic!r}", "name a ring of frames")
    shape = tuple(sizes[: min(n_dimensions, 3)])
    _check_sizes(shape, slots, "header.shape")
    if len(memory) < _HEADER_BYTES + slots * _stride(shape):
        raise ArgumentError("header", "promises more than there is", "make the ring anew")
    return shape, slots
