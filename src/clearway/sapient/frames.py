"""Messages cut out of a byte stream: a 4-byte little-endian length, then the message.

BSI Flex 335 v2.0, clause 4.2.  The standard sets no greatest length; a reader needs one, or
four bytes from anybody could ask it for 4 GiB.
"""

from __future__ import annotations

import struct
from enum import StrEnum

from clearway.errors import ArgumentError, ClearwayError

__all__ = ["DEFAULT_LIMIT_BYTES", "FrameError", "FrameFault", "FrameReader", "frame"]

DEFAULT_LIMIT_BYTES = 1 << 20
"""Longest message accepted unless told otherwise; deployed message handlers draw the line here."""

_LENGTH = struct.Struct("<I")
_SWAPPED = struct.Struct(">I")
_HEADER_BYTES = _LENGTH.size
_LONGEST = (1 << 32) - 1


class FrameFault(StrEnum):
    """What is wrong with a frame."""

    TOO_LONG = "too_long"
    BIG_ENDIAN = "big_endian"
    EMPTY = "empty"
    TRUNCATED = "truncated"


class FrameError(ClearwayError):
    """A byte stream is no sequence of frames; where the next one starts is unknown.

    Parameters
    ----------
    fault : FrameFault
        What is wrong.
    header : bytes
        The length field, or what there was of it.
    limit_bytes : int
        The longest frame that was allowed.
    """

    def __init__(self, fault: FrameFault, header: bytes, limit_bytes: int) -> None:
        self.fault = fault
        self.header = header
        super().__init__(_in_words(fault, header, limit_bytes))


def _in_words(fault: FrameFault, header: bytes, limit_bytes: int) -> str:
    match fault:
        case FrameFault.TOO_LONG:
            return (
                f"the length field {header.hex(' ')} announces {_LENGTH.unpack(header)[0]} bytes "
                f"where at most {limit_bytes} are allowed\n    remedy: send smaller messages, or "
                "check that every message starts with its length"
            )
        case FrameFault.BIG_ENDIAN:
            return (
                f"the length field {header.hex(' ')} is big-endian: {_LENGTH.unpack(header)[0]} "
                f"bytes as the standard reads it, {_SWAPPED.unpack(header)[0]} the other way "
                "round\n    remedy: send the length with its lowest byte first"
            )
        case FrameFault.EMPTY:
            return (
                "the length field announces no bytes\n    remedy: send a length only with a message"
            )
        case FrameFault.TRUNCATED:
            return (
                "the stream ends inside a frame\n"
                "    remedy: send every frame whole before closing the connection"
            )


def frame(payload: bytes) -> bytes:
    """Put its length before a serialised message.

    Raises
    ------
    ArgumentError
        If there is nothing to send, or more than the length field can say.

    Examples
    --------
    >>> frame(b"abc").hex(" ")
    '03 00 00 00 61 62 63'
    """
    if not 0 < len(payload) <= _LONGEST:
        raise ArgumentError(
            "payload", f"{len(payload)} bytes cannot be framed", f"give 1 to {_LONGEST} bytes"
        )
    return _LENGTH.pack(len(payload)) + payload


class FrameReader:
    """Cuts messages out of the pieces that a connection or a file delivers.

    It holds no more than one unfinished frame, and nothing is set aside for a length that was
    only announced.

    A peer that sends its lengths big-endian is told so, unless its length is a multiple of 256:
    read the other way round that may be a permitted length, and the reader waits for more.

    Parameters
    ----------
    limit_bytes : int
        Longest message accepted.

    Examples
    --------
    >>> reader = FrameReader()
    >>> reader.feed(bytes.fromhex("02 00 00 00 61"))
    []
    >>> reader.feed(b"b")
    [b'ab']
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        if not 0 < limit_bytes <= _LONGEST:
            raise ArgumentError(
                "limit_bytes", f"{limit_bytes} is not allowed", f"give 1 to {_LONGEST}"
            )
        self._limit_bytes = limit_bytes
        self._buffer = bytearray()
        self._error: FrameError | None = None

    @property
    def error(self) -> FrameError | None:
        """The fault that ended this stream, as soon as it is known."""
        return self._error

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Take the next piece of the stream and give the messages that it completes.

        Messages before a fault are not lost: they are returned, `error` tells of the fault, and
        the next call raises it.  A call that completes no message raises at once.

        Raises
        ------
        FrameError
            If the stream is broken; nothing more can be read from it.
        """
        if self._error is not None:
            raise self._error
        self._buffer += data
        payloads, error = self._cut()
        if error is not None:
            self._error = error
            self._buffer.clear()
            if not payloads:
                raise error
        return payloads

    def finish(self) -> None:
        """Say that nothing more comes.

        Raises
        ------
        FrameError
            If the stream was broken, or ends inside a frame.
        """
        if self._error is None and self._buffer:
            header = bytes(self._buffer[:_HEADER_BYTES])
            self._error = FrameError(FrameFault.TRUNCATED, header, self._limit_bytes)
            self._buffer.clear()
        if self._error is not None:
            raise self._error

    def _cut(self) -> tuple[list[bytes], FrameError | None]:
        payloads: list[bytes] = []
        error = None
        start, available = 0, len(self._buffer)
        while available - start >= _HEADER_BYTES:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if not 0 < length <= self._limit_bytes:
                error = self._refusal(bytes(self._buffer[start : start + _HEADER_BYTES]))
                break
            stop = start + _HEADER_BYTES + length
            if stop > available:
                break
            payloads.append(bytes(self._buffer[start + _HEADER_BYTES : stop]))
            start = stop
        del self._buffer[:start]
        return payloads, error

    def _refusal(self, header: bytes) -> FrameError:
        (length,), (swapped,) = _LENGTH.unpack(header), _SWAPPED.unpack(header)
        if length == 0:
            fault = FrameFault.EMPTY
        elif 0 < swapped <= self._limit_bytes:
            fault = FrameFault.BIG_ENDIAN
        else:
            fault = FrameFault.TOO_LONG
        return FrameError(fault, header, self._limit_bytes)
