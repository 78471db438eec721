"""A frame as bytes on a connection: a header of fixed length, then the samples.

All numbers are little-endian:

======  ======  =====================================================================
offset  type    content
======  ======  =====================================================================
0       4s      ``CWRF``
4       uint16  version, 1
6       uint16  panel, from 0
8       uint32  number of frequencies
12      uint32  number of transmitters; of channels where not every pair is measured
16      uint32  number of receivers; 0 where the number before is that of channels
20      uint32  0
24      uint64  running number
32      int64   UTC of the middle of the sweep, nanoseconds
40              samples, complex64, receivers fastest, frequencies slowest
======  ======  =====================================================================

Nothing is said twice, so no two parts of a record can disagree, and its length is known before
any memory is taken for it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from clearway.errors import ClearwayError
from clearway.nodes.curtain.frames import RadarFrame

__all__ = ["LARGEST_BYTES", "FrameRecordError", "Header", "read_record", "record"]

MAGIC = b"CWRF"
VERSION = 1
LARGEST_BYTES = 64 * 2**20
"""Of one frame's samples: nine times those of the reference array."""

_HEADER = struct.Struct("<4sHHIIIIQq")
_SAMPLE_BYTES = 8
_LATEST_NS = 2**62

Fill = Callable[[memoryview], int]
"""Reads up to as many bytes as the view is long; 0 when no more will come."""


class FrameRecordError(ClearwayError):
    """Bytes that are no frame; nothing that follows them on a connection can be trusted."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"frame: {problem}\n    remedy: send records as clearway.nodes.curtain.sources.record "
            "describes them, one after another"
        )


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the samples."""

    panel: int
    shape: tuple[int, ...]
    sequence: int
    time_ns: int

    @classmethod
    def read(cls, content: bytes | bytearray | memoryview, largest_bytes: int) -> Header:
        """Read a header.

        Raises
        ------
        FrameRecordError
            Another format or version, an empty frame, or one larger than allowed.
        """
        magic, version, panel, n_freq, n_tx, n_rx, zero, sequence, time_ns = _HEADER.unpack(content)
        if magic != MAGIC:
            raise FrameRecordError(f"begins with {bytes(magic)!r}, not with {MAGIC!r}")
        if version != VERSION or zero:
            raise FrameRecordError(f"is of version {version}, this program reads {VERSION}")
        shape = (n_freq, n_tx, n_rx) if n_rx else (n_freq, n_tx)
        n_bytes = prod(shape) * _SAMPLE_BYTES
        if not 0 < n_bytes <= largest_bytes:
            raise FrameRecordError(f"has {n_bytes} bytes of samples, of at most {largest_bytes}")
        if not 0 <= time_ns <= _LATEST_NS:
            raise FrameRecordError(f"is of the time {time_ns} ns, which no clock shows")
        return cls(panel, shape, sequence, time_ns)


def record(frame: RadarFrame) -> bytes:
    """Bytes of a frame.

    Examples
    --------
    >>> frame = RadarFrame(7, 1_000, 1, np.full((2, 3), 1j, dtype=np.complex64))
    >>> len(record(frame))
    88
    """
    n_freq, n_tx, n_rx = (*frame.samples.shape, 0)[:3]
    fields = (MAGIC, VERSION, frame.panel, n_freq, n_tx, n_rx, 0, frame.sequence, frame.time_ns)
    return _HEADER.pack(*fields) + np.asarray(frame.samples, dtype="<c8").tobytes()


def read_record(fill: Fill, largest_bytes: int = LARGEST_BYTES) -> RadarFrame | None:
    """Read one frame.

    Parameters
    ----------
    fill : callable
        Where the bytes come from.
    largest_bytes : int
        Most memory that the samples may take.

    Returns
    -------
    RadarFrame or None
        None where the bytes end before a frame begins.

    Raises
    ------
    FrameRecordError
        Bytes that are no frame, or that end within one.
    """
    head = bytearray(_HEADER.size)
    if not _filled(fill, memoryview(head), may_be_absent=True):
        return None
    header = Header.read(head, largest_bytes)
    samples = np.empty(header.shape, dtype="<c8")
    _filled(fill, samples.data.cast("B"), may_be_absent=False)
    return RadarFrame(
        header.sequence, header.time_ns, header.panel, samples.astype(np.complex64, copy=False)
    )


def _filled(fill: Fill, room: memoryview, *, may_be_absent: bool) -> bool:
    done = 0
    while done < len(room):
        n = fill(room[done:])
        if n == 0:
            if done == 0 and may_be_absent:
                return False
            raise FrameRecordError(f"ends {len(room) - done} bytes too early")
        done += n
    return True
