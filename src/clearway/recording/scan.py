"""The records of a segment one by one, with nothing about the file taken for granted.

The readers of the ``mcap`` library trust lengths: a damaged one makes them allocate what the file
announces, return less than it says, or stop.  Here a record counts only if it lies within the file
and is no larger than anything this package writes could be; the library's record classes then
parse its body.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple, TypeVar

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, ChunkIndex, Footer, McapRecord, Schema
from mcap.writer import MCAP0_MAGIC

__all__ = [
    "LARGEST_BYTES",
    "MAGIC",
    "DamagedError",
    "RawRecord",
    "Scan",
    "Summary",
    "parse",
    "records_in",
    "unpack",
]

MAGIC: bytes = MCAP0_MAGIC
LARGEST_BYTES = 64 << 20
"""Of one record, and of one chunk unpacked."""

_FRAME = struct.Struct("<BQ")
_FOOTER_BYTES = _FRAME.size + 8 + 8 + 4
_PRIVATE = 0x80
"""Opcodes from here are free for anybody's use and to be passed over (MCAP specification)."""

_R = TypeVar("_R", bound=McapRecord)


class DamagedError(Exception):
    """These bytes are not what they should be; the text says how."""


class RawRecord(NamedTuple):
    """Where a record lies."""

    offset: int
    opcode: int
    length: int

    @property
    def body(self) -> int:
        """Offset of its content."""
        return self.offset + _FRAME.size

    @property
    def end(self) -> int:
        """Offset of the byte after it."""
        return self.body + self.length


class Summary(NamedTuple):
    """What the end of a closed segment tells about the rest of it."""

    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    chunk_offsets: list[int]


class Scan:
    """Random access to the records of an open file.

    Parameters
    ----------
    file : binary file
        Seekable; its size is taken once, so that a segment may grow meanwhile.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file.

        Raises
        ------
        DamagedError
            If the file does not hold so many.
        """
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length:
            raise DamagedError("the file ends in the middle of a record")
        return data

    def record_at(self, offset: int, before: int | None = None) -> RawRecord:
        """The record that begins there.

        Parameters
        ----------
        offset : int
            Where.
        before : int, optional
            Where the next chunk is known to begin.

        Raises
        ------
        DamagedError
            If none does.
        """
        opcode, length = _FRAME.unpack(self.read(offset, _FRAME.size))
        record = RawRecord(offset, opcode, length)
        if not (Opcode.HEADER <= opcode <= Opcode.DATA_END or opcode >= _PRIVATE):
            raise DamagedError(f"there is no kind of record {opcode:#04x}")
        if record.end > self.size:
            raise DamagedError("the file ends in the middle of a record")
        if before is not None and record.end > before:
            raise DamagedError("a record reaches into the chunk after it")
        return record

    def body_of(self, record: RawRecord) -> bytes:
        """The content of a record.

        Raises
        ------
        DamagedError
            If it is absurdly large.
        """
        if record.length > LARGEST_BYTES:
            raise DamagedError(
                f"a record claims {record.length} bytes; none has more than {LARGEST_BYTES}"
            )
        return self.read(record.body, record.length)

    def is_closed(self) -> bool:
        """Whether the file ends the way a closed one does."""
        least = 2 * len(MAGIC) + _FOOTER_BYTES
        return self.size >= least and self.read(self.size - len(MAGIC), len(MAGIC)) == MAGIC

    def summary(self) -> Summary | None:
        """What the file's end tells; None if it has none or it is damaged."""
        if not self.is_closed():
            return None
        try:
            return self._summary()
        except DamagedError:
            return None

    def _summary(self) -> Summary | None:
        place = self.size - len(MAGIC) - _FOOTER_BYTES
        frame = self.record_at(place)
        if frame.opcode != Opcode.FOOTER or frame.length != _FOOTER_BYTES - _FRAME.size:
            return None
        footer = parse(Footer, self.body_of(frame))
        length = place - footer.summary_start
        if not len(MAGIC) <= footer.summary_start <= place or length > LARGEST_BYTES:
            return None
        data = self.read(footer.summary_start, length)
        covered = data + self.read(place, _FRAME.size + 16)
        if footer.summary_crc and zlib.crc32(covered) != footer.summary_crc:
            return None
        summary = Summary({}, {}, [])
        for opcode, body in records_in(data):
            if opcode == Opcode.SCHEMA:
                schema = parse(Schema, body)
                summary.schemas[schema.id] = schema
            elif opcode == Opcode.CHANNEL:
                channel = parse(Channel, body)
                summary.channels[channel.id] = channel
            elif opcode == Opcode.CHUNK_INDEX:
                summary.chunk_offsets.append(parse(ChunkIndex, body).chunk_start_offset)
        summary.chunk_offsets.sort()
        return summary


def parse(kind: type[_R], body: bytes | memoryview) -> _R:
    """A record's content as the library understands it.

    Raises
    ------
    DamagedError
        If the library cannot.
    """
    reader: Any = kind
    try:
        record: _R = reader.read(ReadDataStream(BytesIO(body)))
    except (McapError, struct.error, ValueError, OverflowError):
        name = kind.__name__.lower()
        raise DamagedError(f"a record of kind {name} cannot be understood") from None
    return record


def unpack(chunk: Chunk) -> bytes:
    """The records of a chunk as bytes, compared with the chunk's check sum.

    Raises
    ------
    DamagedError
        If they cannot be had whole; never more than `LARGEST_BYTES` are made.
    """
    size = chunk.uncompressed_size
    if size > LARGEST_BYTES:
        raise DamagedError(f"a chunk claims {size} bytes; none has more than {LARGEST_BYTES}")
    if chunk.compression == "zstd":
        data = _decompress(chunk.data, size)
    elif chunk.compression == "":
        data = chunk.data
    else:
        raise DamagedError(
            f"a chunk is compressed as {chunk.compression!r}, and only zstd is read "
            "(`mcap compress --compression zstd` converts)"
        )
    if len(data) != size:
        raise DamagedError("a chunk has not the length that it states")
    if chunk.uncompressed_crc and zlib.crc32(data) != chunk.uncompressed_crc:
        raise DamagedError("a chunk differs from its check sum")
    return data


def _decompress(data: bytes, size: int) -> bytes:
    try:
        # A frame may announce any size of its own, and that much would be allocated.
        if zstandard.frame_content_size(data) not in {-1, size}:
            raise DamagedError("a chunk has not the length that it states")
        return zstandard.decompress(data, max_output_size=size)
    except zstandard.ZstdError:
        raise DamagedError("a chunk cannot be decompressed") from None


def records_in(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Opcode and body of each record in a chunk or a summary.

    Raises
    ------
    DamagedError
        When it comes to one that is not whole.
    """
    view = memoryview(data)
    offset = 0
    while offset < len(data):
        if offset + _FRAME.size > len(data):
            raise DamagedError("a chunk ends in the middle of a record")
        opcode, length = _FRAME.unpack_from(data, offset)
        offset += _FRAME.size
        if length > len(data) - offset:
            raise DamagedError("a chunk ends in the middle of a record")
        yield opcode, view[offset : offset + length]
        offset += length
