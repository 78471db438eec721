"""All tracks at one instant, as a binary WebSocket message.

Columns, not objects: a message of 500 people takes 15 kB and microseconds to write, and a browser
reads it with typed arrays, without making an object per person.  Numbers are little-endian; the
columns follow each other from the widest to the narrowest, so that each begins at a multiple of
its own width.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clearway.console.times import microseconds, nanoseconds_of
from clearway.domain import TrackPicture
from clearway.errors import ArgumentError

__all__ = ["FrameFlag", "TracksFrame", "decode", "encode"]

VERSION: Final = 1
_KIND_TRACKS: Final = 1

_HEADER: Final = np.dtype(
    [
        ("version", "u1"),
        ("kind", "u1"),
        ("flags", "<u2"),
        ("count", "<u4"),
        ("time_us", "<i8"),
        ("sequence", "<u4"),
        ("reserved", "<u4"),
    ]
)
_COLUMNS: Final = (
    ("track_id", "<u4"),
    ("x_m", "<f4"),
    ("y_m", "<f4"),
    ("velocity_x_m_s", "<f4"),
    ("velocity_y_m_s", "<f4"),
    ("sigma_m", "<f4"),
    ("threat", "<u2"),
    ("examined_curtain", "u1"),
    ("examined_trace", "u1"),
    ("mark", "u1"),
    ("flags", "u1"),
)
_BYTES_PER_TRACK: Final = sum(np.dtype(kind).itemsize for _, kind in _COLUMNS)
_THREAT_STEPS: Final = 65_535
_SHARE_STEPS: Final = 255


class FrameFlag(IntFlag):
    """What holds for the whole frame."""

    SIMULATED = 1
    """The people are simulated."""
    REPLAY = 2
    """It was recorded; nothing of it is happening now."""


@dataclass(frozen=True, slots=True)
class TracksFrame:
    """The content of one message."""

    picture: TrackPicture
    """Its time is kept in microseconds, for nanoseconds would not fit the numbers of a browser; the
    threat in steps of 1/65,535, the examined shares in steps of 1/255."""
    sequence: int
    """Counts frames, so that a client knows how many it was too slow for."""
    flags: FrameFlag


def encode(frame: TracksFrame) -> bytes:
    """Write a frame.

    Parameters
    ----------
    frame : TracksFrame

    Returns
    -------
    bytes
        A header of 24 bytes and 30 bytes per track.
    """
    picture = frame.picture
    count = len(picture)
    header = np.zeros(1, _HEADER)
    header["version"] = VERSION
    header["kind"] = _KIND_TRACKS
    header["flags"] = frame.flags
    header["count"] = count
    header["time_us"] = microseconds(picture.time_ns)
    header["sequence"] = frame.sequence % (1 << 32)
    columns: dict[str, NDArray[Any]] = {
        "threat": _steps(picture.threat, _THREAT_STEPS),
        "examined_curtain": _steps(picture.examined_curtain, _SHARE_STEPS),
        "examined_trace": _steps(picture.examined_trace, _SHARE_STEPS),
        "flags": np.zeros(count, np.uint8),
    }
    parts = [header.tobytes()]
    for name, kind in _COLUMNS:
        column = columns[name] if name in columns else getattr(picture, name)
        parts.append(np.asarray(column).astype(kind).tobytes())
    return b"".join(parts)


def decode(data: bytes) -> TracksFrame:
    """Read a frame, as a client does.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    TracksFrame

    Raises
    ------
    ArgumentError
        It is of another version or kind, or of another length than it says.
    """
    if len(data) < _HEADER.itemsize:
        raise ArgumentError("data", f"has {len(data)} bytes", "give a whole frame")
    header = np.frombuffer(data, _HEADER, 1)[0]
    if header["version"] != VERSION or header["kind"] != _KIND_TRACKS:
        raise ArgumentError(
            "data",
            f"is kind {header['kind']} of version {header['version']}",
            f"give tracks of version {VERSION}",
        )
    count = int(header["count"])
    if len(data) != _HEADER.itemsize + count * _BYTES_PER_TRACK:
        raise ArgumentError("data", f"has {len(data)} bytes for {count} tracks", "give a whole one")
    columns: dict[str, NDArray[Any]] = {}
    offset = _HEADER.itemsize
    for name, kind in _COLUMNS:
        columns[name] = np.frombuffer(data, kind, count, offset)
        offset += columns[name].nbytes
    del columns["flags"]
    columns["threat"] = columns["threat"] / _THREAT_STEPS
    for name in ("examined_curtain", "examined_trace"):
        columns[name] = columns[name] / _SHARE_STEPS
    picture = TrackPicture(nanoseconds_of(int(header["time_us"])), **columns)
    return TracksFrame(picture, int(header["sequence"]), FrameFlag(int(header["flags"])))


def _steps(share: NDArray[np.floating], steps: int) -> NDArray[Any]:
    return np.asarray(np.rint(np.clip(share, 0.0, 1.0) * steps))
