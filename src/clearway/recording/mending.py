"""Giving a segment that a crash left behind its end.

Such a segment is readable as it is by `LogReader`, but many tools want the index at the end.  It
is mended in place: the half-written last record is cut off and the end is appended.  Rewriting
it beside the original would need the room of a whole segment, on a disk that may be full just
then, and minutes of work while a restarted service has better things to do.  A crash in the middle
of mending leaves what was there before, a segment without an end.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Attachment,
    AttachmentIndex,
    Channel,
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    McapRecord,
    MessageIndex,
    Schema,
    Statistics,
    SummaryOffset,
)

from clearway.recording.channels import MENDED_ATTACHMENT
from clearway.recording.events import SegmentMended
from clearway.recording.files import InUseError, exclusive
from clearway.recording.scan import (
    MAGIC,
    DamagedError,
    RawRecord,
    Scan,
    parse,
    records_in,
    unpack,
)

__all__ = ["mend"]

_MOST_LOST_BYTES = 32 << 20
"""What one flush can be at most.  More than that is damage of another kind, and is not cut off."""

_MESSAGE = struct.Struct("<HIQQ")


class _LoadedChunk(NamedTuple):
    schemas: list[Schema]
    channels: list[Channel]
    indexes: dict[int, MessageIndex]


class _Survey:
    """Everything in a segment that its end has to tell."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self.intact = 0
        """Where the file stops being whole."""
        self.schemas: dict[int, Schema] = {}
        self.channels: dict[int, Channel] = {}
        self.counts: Counter[int] = Counter()
        self.chunks: list[ChunkIndex] = []
        self.attachments: list[AttachmentIndex] = []
        self.end = len(MAGIC)
        """Where the new end is to begin."""
        self._counts_of_chunk: Counter[int] = Counter()
        with suppress(DamagedError):
            while self._take(scan.record_at(self.end)):
                pass
        self.last_indexes = self._settle_last_chunk()

    def _take(self, record: RawRecord) -> bool:
        """Note one record; False at the first that a segment being written does not have."""
        if record.opcode == Opcode.CHUNK:
            self._close_chunk()
            self.chunks.append(self._chunk_index(record))
        elif record.opcode == Opcode.MESSAGE_INDEX and self.chunks:
            channel, length = struct.unpack("<HI", self._scan.read(record.body, 6))
            chunk = self.chunks[-1]
            chunk.message_index_offsets[channel] = record.offset
            chunk.message_index_length += record.end - record.offset
            self._counts_of_chunk[channel] = length // 16
        elif record.opcode == Opcode.ATTACHMENT:
            attachment = parse(Attachment, self._scan.body_of(record))
            self.attachments.append(_attachment_index(attachment, record.offset, record.end))
        elif record.opcode != Opcode.HEADER:
            return False
        self.end = record.end
        return True

    def _chunk_index(self, record: RawRecord) -> ChunkIndex:
        chunk = parse(Chunk, self._scan.body_of(record))
        return ChunkIndex(
            chunk_length=record.end - record.offset,
            chunk_start_offset=record.offset,
            compression=chunk.compression,
            compressed_size=len(chunk.data),
            message_end_time=chunk.message_end_time,
            message_index_length=0,
            message_index_offsets={},
            message_start_time=chunk.message_start_time,
            uncompressed_size=chunk.uncompressed_size,
        )

    def _close_chunk(self) -> None:
        """The chunk before is complete: add it up, and learn the channels that it introduced."""
        if not self.chunks:
            return
        self.counts += self._counts_of_chunk
        self._counts_of_chunk = Counter()
        if not self.chunks[-1].message_index_offsets.keys() <= self.channels.keys():
            with suppress(DamagedError):
                self._learn(self._load(self.chunks[-1]))

    def _settle_last_chunk(self) -> list[MessageIndex]:
        """Check the last chunk, and make its message indexes, which may be missing, anew."""
        self.intact = self.end
        if not self.chunks:
            return []
        last = self.chunks[-1]
        try:
            loaded = self._load(last)
        except DamagedError:
            self.chunks.pop()
            self.end = self.intact = last.chunk_start_offset
            return []
        self._learn(loaded)
        for channel, index in loaded.indexes.items():
            self.counts[channel] += len(index.records)
        self.end = last.chunk_start_offset + last.chunk_length
        last.message_index_offsets.clear()
        return list(loaded.indexes.values())

    def _load(self, chunk_index: ChunkIndex) -> _LoadedChunk:
        record = self._scan.record_at(chunk_index.chunk_start_offset)
        loaded = _LoadedChunk([], [], {})
        data = unpack(parse(Chunk, self._scan.body_of(record)))
        offset = 0
        for opcode, body in records_in(data):
            if opcode == Opcode.SCHEMA:
                loaded.schemas.append(parse(Schema, body))
            elif opcode == Opcode.CHANNEL:
                loaded.channels.append(parse(Channel, body))
            elif opcode == Opcode.MESSAGE and len(body) >= _MESSAGE.size:
                channel, _, log_ns, _ = _MESSAGE.unpack_from(body)
                index = loaded.indexes.setdefault(
                    channel, MessageIndex(channel_id=channel, records=[])
                )
                index.records.append((log_ns, offset))
            offset += 9 + len(body)
        return loaded

    def _learn(self, loaded: _LoadedChunk) -> None:
        self.schemas |= {schema.id: schema for schema in loaded.schemas}
        self.channels |= {channel.id: channel for channel in loaded.channels}


def mend(path: Path, now_ns: int) -> SegmentMended | None:
    """Close a segment that nobody writes any more, so that every tool can open it.

    Parameters
    ----------
    path : Path
        The segment.
    now_ns : int
        UTC nanoseconds, noted in the segment.

    Returns
    -------
    SegmentMended or None
        None if there was nothing to do: it is closed, gone, or still being written.
    """
    try:
        with exclusive(path) as descriptor, open(descriptor, "rb", closefd=False) as file:
            scan = Scan(file)
            if scan.is_closed():
                return None
            if scan.size < len(MAGIC) or scan.read(0, len(MAGIC)) != MAGIC:
                return SegmentMended(path, 0, "it does not begin like a segment; left as it is")
            survey = _Survey(scan)
            lost_bytes = scan.size - survey.intact
            if lost_bytes > _MOST_LOST_BYTES:
                problem = f"it is damaged at byte {survey.intact} of {scan.size}; left as it is"
                return SegmentMended(path, 0, problem)
            os.ftruncate(descriptor, survey.end)
            _append(descriptor, survey.end, _ending(survey, now_ns, lost_bytes))
            return SegmentMended(path, lost_bytes)
    except (FileNotFoundError, InUseError):
        return None
    except OSError as error:
        return SegmentMended(path, 0, error.strerror or str(error))


def _append(descriptor: int, offset: int, data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.pwrite(descriptor, rest, offset + len(data) - len(rest)) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, offset)
        raise


def _ending(survey: _Survey, now_ns: int, lost_bytes: int) -> bytes:
    """Bytes from the end of the last chunk to the end of the file (MCAP specification)."""
    builder: Any = RecordBuilder()  # its methods have no types
    for index in survey.last_indexes:
        chunk = survey.chunks[-1]
        chunk.message_index_offsets[index.channel_id] = survey.end + builder.count
        index.write(builder)
        chunk.message_index_length = builder.count
    note = json.dumps({"mended_ns": now_ns, "lost_bytes": lost_bytes}).encode()
    start = survey.end + builder.count
    attachment = Attachment(
        create_time=0,
        log_time=now_ns,
        name=MENDED_ATTACHMENT,
        media_type="application/json",
        data=note,
    )
    attachment.write(builder)
    survey.attachments.append(_attachment_index(attachment, start, survey.end + builder.count))
    DataEnd(0).write(builder)
    data: bytes = builder.end()
    summary_start = survey.end + len(data)
    groups: list[tuple[Opcode, list[McapRecord]]] = [
        (Opcode.SCHEMA, [*survey.schemas.values()]),
        (Opcode.CHANNEL, [*survey.channels.values()]),
        (Opcode.STATISTICS, [_statistics(survey)]),
        (Opcode.CHUNK_INDEX, [*survey.chunks]),
        (Opcode.ATTACHMENT_INDEX, [*survey.attachments]),
    ]
    offsets = []
    for opcode, records in groups:
        first = builder.count
        for record in records:
            record.write(builder)
        if records:
            length = builder.count - first
            offsets.append(
                SummaryOffset(
                    group_opcode=opcode, group_start=summary_start + first, group_length=length
                )
            )
    summary_offset_start = summary_start + builder.count
    for offset in offsets:
        offset.write(builder)
    summary: bytes = builder.end()
    fields = struct.pack("<BQQQ", Opcode.FOOTER, 20, summary_start, summary_offset_start)
    footer = Footer(
        summary_start=summary_start,
        summary_offset_start=summary_offset_start,
        summary_crc=zlib.crc32(summary + fields),
    )
    footer.write(builder)
    end: bytes = builder.end()
    return data + summary + end + MAGIC


def _statistics(survey: _Survey) -> Statistics:
    chunks = survey.chunks
    return Statistics(
        attachment_count=len(survey.attachments),
        channel_count=len(survey.channels),
        channel_message_counts=dict(survey.counts),
        chunk_count=len(chunks),
        message_count=survey.counts.total(),
        message_end_time=max((chunk.message_end_time for chunk in chunks), default=0),
        message_start_time=min((chunk.message_start_time for chunk in chunks), default=0),
        metadata_count=0,
        schema_count=len(survey.schemas),
    )


def _attachment_index(attachment: Attachment, start: int, end: int) -> AttachmentIndex:
    return AttachmentIndex(
        offset=start,
        length=end - start,
        log_time=attachment.log_time,
        create_time=attachment.create_time,
        data_size=len(attachment.data),
        name=attachment.name,
        media_type=attachment.media_type,
    )
