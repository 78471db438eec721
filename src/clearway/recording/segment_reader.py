"""One segment read from its beginning, around whatever is damaged in it."""

from __future__ import annotations

import json
import struct
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, Header, Schema

from clearway.errors import Fault, InputError
from clearway.recording.channels import (
    MENDED_ATTACHMENT,
    PROFILE,
    SESSION_ATTACHMENT,
    SITE_ATTACHMENT,
    SegmentStart,
)
from clearway.recording.decode import Decoder, UndeclaredError
from clearway.recording.records import Fact, Flaw, LoggedMessage, LogStart, Record, Tick
from clearway.recording.scan import (
    MAGIC,
    DamagedError,
    RawRecord,
    Scan,
    Summary,
    parse,
    records_in,
    unpack,
)

__all__ = ["MOST_FLAWS", "Order", "SegmentReader"]

MOST_FLAWS = 1000
"""Of one segment; after these it is not read any further."""

_SEQUENCES = 1 << 32


class Order:
    """What the last record of one segment lets expect of the next."""

    def __init__(self) -> None:
        self.session = ""
        self.expected: int | None = None

    def missing_before(self, sequence: int) -> int:
        """How many records are missing before this one; negative where it comes too late."""
        missing = 0 if self.expected is None else (sequence - self.expected) % _SEQUENCES
        self.expected = (sequence + 1) % _SEQUENCES
        return missing if missing < _SEQUENCES // 2 else missing - _SEQUENCES


class SegmentReader:
    """Yields the records of one file.

    Parameters
    ----------
    path : Path
        The segment.
    order : Order
        Carried on from the segment before.
    """

    def __init__(self, path: Path, order: Order) -> None:
        self._path = path
        self._order = order
        self._decoder = Decoder(path)
        self._start: SegmentStart | None = None
        self._site: str | None = None
        self._has_begun = False

    def __iter__(self) -> Iterator[Record]:
        flaws = 0
        try:
            with self._path.open("rb") as file:
                for record in self._read(Scan(file)):
                    yield record
                    flaws += isinstance(record, Flaw)
                    if flaws >= MOST_FLAWS:
                        problem = f"it has {flaws} flaws up to here; the rest is not read"
                        yield Flaw(self._path, 0, problem)
                        return
        except (OSError, DamagedError) as error:  # the latter if it shrinks meanwhile
            cause = error.strerror if isinstance(error, OSError) else error
            problem = f"cannot be read ({cause})"
            raise InputError(self._path, Fault(problem, "name a log that you may read")) from None

    def _read(self, scan: Scan) -> Iterator[Record]:
        head = scan.read(0, min(len(MAGIC), scan.size))
        # A power cut leaves zeros where data should have come.
        if not MAGIC.startswith(head.rstrip(b"\0")):
            raise InputError(self._path, Fault("is no MCAP file", "name a log of Clearway"))
        chunk_offsets = self._learn(scan.summary())
        is_closed = is_flawed = False
        for frame in self._frames(scan, chunk_offsets):
            if isinstance(frame, Flaw):
                is_flawed = True
                yield frame
                continue
            is_closed = frame.opcode == Opcode.DATA_END
            try:
                yield from self._records_of(scan, frame)
            except DamagedError as damage:
                is_flawed = True
                yield Flaw(self._path, frame.offset, str(damage))
        if not is_closed and not is_flawed:
            problem = "the file has no end: it is still being written, or a crash has cut it off"
            yield Flaw(self._path, scan.size, problem)
        if self._start is not None:
            yield from self._begin(scan.size)
        elif is_closed and not is_flawed and not self._decoder.is_ours:
            problem = "is an MCAP file, but no log of Clearway"
            raise InputError(self._path, Fault(problem, "name a log that Clearway wrote"))

    def _learn(self, summary: Summary | None) -> list[int]:
        """Take the declarations of channels, for the chunk with them may be the damaged one."""
        if summary is None:
            return []
        for schema in summary.schemas.values():
            self._decoder.add_schema(schema)
        for channel in summary.channels.values():
            self._decoder.add_channel(channel)
        return summary.chunk_offsets

    def _frames(self, scan: Scan, chunk_offsets: list[int]) -> Iterator[RawRecord | Flaw]:
        """Records up to the end of the data; after a damaged one the next that is known of."""
        offset = len(MAGIC)
        while offset < scan.size:
            index = bisect_right(chunk_offsets, offset)
            next_chunk = chunk_offsets[index] if index < len(chunk_offsets) else None
            try:
                frame = scan.record_at(offset, before=next_chunk)
            except DamagedError as damage:
                rest = "; the rest of the file cannot be read" if next_chunk is None else ""
                yield Flaw(self._path, offset, f"{damage}{rest}")
                if next_chunk is None:
                    return
                offset = next_chunk
                continue
            yield frame
            if frame.opcode == Opcode.DATA_END:
                return
            offset = frame.end

    def _records_of(self, scan: Scan, frame: RawRecord) -> Iterator[Record]:
        if frame.opcode == Opcode.CHUNK:
            data = unpack(parse(Chunk, scan.body_of(frame)))
            yield from self._contents(frame.offset, records_in(data))
        elif frame.opcode in {Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE}:
            body = memoryview(scan.body_of(frame))
            yield from self._contents(frame.offset, iter([(frame.opcode, body)]))
        elif frame.opcode == Opcode.HEADER:
            self._decoder.is_ours |= parse(Header, scan.body_of(frame)).profile == PROFILE
        elif frame.opcode == Opcode.ATTACHMENT:
            yield from self._attachment(frame.offset, scan.body_of(frame))

    def _contents(
        self, offset: int, contents: Iterator[tuple[int, memoryview]]
    ) -> Iterator[Record]:
        left_out: Counter[str] = Counter()
        for opcode, body in contents:
            if opcode == Opcode.SCHEMA:
                self._decoder.add_schema(parse(Schema, body))
            elif opcode == Opcode.CHANNEL:
                self._decoder.add_channel(parse(Channel, body))
            elif opcode == Opcode.MESSAGE:
                try:
                    record = self._decoder.decode(body)
                except (UndeclaredError, DamagedError) as error:
                    left_out[str(error)] += 1
                    continue
                yield from self._begin(offset)
                yield from self._in_order(offset, record)
        for problem, count in left_out.items():
            yield Flaw(self._path, offset, f"left out {count}: {problem}")

    def _in_order(self, offset: int, record: LoggedMessage | Tick | Fact) -> Iterator[Record]:
        missing = self._order.missing_before(record.sequence)
        if missing > 0:
            yield Flaw(self._path, offset, f"{missing} records are missing before this place")
        elif missing < 0:
            yield Flaw(self._path, offset, "records are not in their order here")
        yield record

    def _begin(self, offset: int) -> Iterator[Record]:
        """Before the first record: is this a new session, or the next segment of the last one?"""
        if self._has_begun:
            return
        self._has_begun = True
        start, order = self._start, self._order
        if start is None:
            order.session, order.expected = "", None
            problem = "its beginning is damaged: session, site file and versions are unknown"
            yield Flaw(self._path, offset, problem)
            return
        if order.session == start.session:
            return
        if self._site is None:
            yield Flaw(self._path, offset, "its site file is damaged or missing")
        order.session, order.expected = start.session, start.first_sequence
        yield LogStart(
            start.session,
            start.started_ns,
            self._site or "",
            start.versions,
            start.first_sequence,
        )

    def _attachment(self, offset: int, body: bytes) -> Iterator[Record]:
        attachment = parse(Attachment, body)
        (check_sum,) = struct.unpack("<I", body[-4:])
        if check_sum and zlib.crc32(body[:-4]) != check_sum:
            raise DamagedError(f"the attachment {attachment.name!r} differs from its check sum")
        try:
            if attachment.name == SESSION_ATTACHMENT:
                self._start = SegmentStart.from_json(attachment.data)
                self._decoder.is_ours = True
            elif attachment.name == SITE_ATTACHMENT:
                self._site = attachment.data.decode()
            elif attachment.name == MENDED_ATTACHMENT:
                lost = int(json.loads(attachment.data)["lost_bytes"])
                problem = (
                    f"a crash or the disk had cut it off; {lost} bytes of a half-written record "
                    "were removed, and about the last second before it is missing"
                )
                yield Flaw(self._path, offset, problem)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            problem = f"the attachment {attachment.name!r} cannot be understood ({error})"
            raise DamagedError(problem) from None
