"""One segment being written: an MCAP file in memory up to its last piece on the disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from mcap.writer import CompressionType, Writer

from clearway.recording.channels import (
    JSON_SCHEMAS,
    PROFILE,
    SAPIENT_SCHEMA,
    SESSION_ATTACHMENT,
    SITE_ATTACHMENT,
    Channel,
    SegmentStart,
    descriptor_set,
)
from clearway.recording.files import SegmentFile, segment_name
from clearway.store.atomic import sync_folder

__all__ = ["CHUNK_BYTES", "MOST_CHANNELS", "Entry", "OpenFile", "Segment"]

CHUNK_BYTES = 1 << 20
"""Before compression; a chunk is finished with the record that exceeds it."""
MOST_CHANNELS = 4096
"""After which a new segment begins: MCAP counts them in 16 bits, and a viewer lists them all."""

OpenFile = Callable[[Path], SegmentFile]
"""Opens a new segment file; tests put a bad disk here."""


class Entry(NamedTuple):
    """A record on its way into the log."""

    channel: Channel
    log_ns: int
    publish_ns: int
    payload: bytes


class _Pending(BytesIO):
    """What the MCAP writer has made and the file does not have yet."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    def tell(self) -> int:
        return self.taken + super().tell()

    def take(self) -> bytes:
        data = self.getvalue()
        self.taken += len(data)
        self.seek(0)
        self.truncate()
        return data


class Segment:
    """A segment that grows.

    Parameters
    ----------
    folder : Path
        Where.
    start : SegmentStart
        What it says of itself.
    site : str
        Text of the site file.
    open_file : callable
        Opens the file.

    Raises
    ------
    OSError
        From here, `write_out`, `flush` and `finish`, if the file system refuses.  The file then
        ends with the last piece that was written whole.
    """

    def __init__(self, folder: Path, start: SegmentStart, site: str, open_file: OpenFile) -> None:
        self.start = start
        self.path = folder / segment_name(start.started_ns, start.session, start.number)
        self.records = 0
        """Added so far."""
        self.written = 0
        """Of these, in the file; they survive the end of this process."""
        self._sealed = 0
        self._pending = _Pending()
        # Half of the library's methods have no types.
        self._writer: Any = Writer(
            self._pending, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD
        )
        self._schemas: dict[str, int] = {}
        self._channels: dict[Channel, int] = {}
        self._file = open_file(self.path)
        try:
            self._begin(site)
            sync_folder(folder)
        except OSError:
            self._file.close()
            self.path.unlink(missing_ok=True)
            raise

    @property
    def size(self) -> int:
        """Bytes of the file so far."""
        return self._file.size

    @property
    def is_crowded(self) -> bool:
        """Whether it has as many channels as it may."""
        return len(self._channels) >= MOST_CHANNELS

    def add(self, entry: Entry, sequence: int) -> None:
        """Append a record; in memory only."""
        channel, log_ns, publish_ns, payload = entry
        number = self._channels.get(channel)
        if number is None:
            number = self._register(channel)
        before = self._pending.tell()
        self._writer.add_message(number, log_ns, payload, publish_ns, sequence & 0xFFFFFFFF)
        self.records += 1
        if self._pending.tell() != before:
            self._sealed = self.records

    def write_out(self) -> None:
        """Hand all finished chunks to the file."""
        data = self._pending.take()
        if data:
            self._file.append(data)
        self.written = self._sealed

    def flush(self, *, to_disk: bool) -> None:
        """Finish the chunk and hand it to the file, or with ``to_disk`` to the disk itself."""
        self._writer.flush()
        self._sealed = self.records
        self.write_out()
        self._file.check()
        if to_disk:
            self._file.sync()

    def finish(self, *, to_disk: bool) -> None:
        """Write the index at the end, which foreign tools look for, and close the file."""
        self._writer.finish()
        self._sealed = self.records
        self.write_out()
        self._file.check()
        if to_disk:
            self._file.sync()
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it stands, or remove it if it holds no record."""
        if not self.written:
            with suppress(OSError):
                self._file.check()
                self.path.unlink()
        self._file.close()

    def _begin(self, site: str) -> None:
        self._writer.start(profile=PROFILE)
        for name, media_type, data in (
            (SESSION_ATTACHMENT, "application/json", self.start.to_json()),
            (SITE_ATTACHMENT, "application/toml", site.encode()),
        ):
            self._writer.add_attachment(0, self.start.started_ns, name, media_type, data)
        self._schemas[SAPIENT_SCHEMA] = self._writer.register_schema(
            SAPIENT_SCHEMA, "protobuf", descriptor_set()
        )
        for name, data in JSON_SCHEMAS.items():
            self._schemas[name] = self._writer.register_schema(name, "jsonschema", data)
        self.write_out()

    def _register(self, channel: Channel) -> int:
        number: int = self._writer.register_channel(
            channel.topic, channel.encoding, self._schemas[channel.schema], channel.metadata
        )
        self._channels[channel] = number
        return number
