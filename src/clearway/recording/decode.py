"""From the messages of an MCAP file to the records of a log."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from mcap.records import Channel as DeclaredChannel
from mcap.records import Schema

from clearway.errors import Fault, InputError
from clearway.recording.channels import FACT_SCHEMA, SAPIENT_SCHEMA, TICK_SCHEMA, Channel
from clearway.recording.records import Direction, Fact, LoggedMessage, Tick
from clearway.recording.scan import DamagedError

__all__ = ["Decoder", "UndeclaredError"]

_MESSAGE = struct.Struct("<HIQQ")
_REMEDY = "name a log that Clearway wrote"


class UndeclaredError(Exception):
    """A record of a channel that the file does not declare, or that is not the log's."""


class Decoder:
    """Knows the channels of one file.

    Parameters
    ----------
    path : Path
        The file, for errors.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_ours = False
        """Whether something in the file shows that Clearway wrote it."""
        self._schemas: dict[int, Schema] = {}
        self._declared: dict[int, DeclaredChannel] = {}
        self._known: dict[int, Channel] = {}

    def add_schema(self, schema: Schema) -> None:
        """Take note of a schema."""
        self._schemas[schema.id] = schema
        self.is_ours |= schema.name == SAPIENT_SCHEMA

    def add_channel(self, channel: DeclaredChannel) -> None:
        """Take note of a channel."""
        self._declared[channel.id] = channel
        self._known.pop(channel.id, None)

    def decode(self, body: memoryview | bytes) -> LoggedMessage | Tick | Fact:
        """The record in the body of an MCAP message.

        Raises
        ------
        DamagedError
            If its content is not what its channel says.
        UndeclaredError
            If its channel is none of the log's.
        InputError
            If the file is no log, or one of another edition of the standard.
        """
        if len(body) < _MESSAGE.size:
            raise DamagedError("a record is too short")
        number, sequence, log_ns, publish_ns = _MESSAGE.unpack_from(body)
        channel = self._known.get(number) or self._look_up(number)
        payload = bytes(body[_MESSAGE.size :])
        if channel.schema == SAPIENT_SCHEMA:
            return LoggedMessage(
                sequence,
                log_ns,
                publish_ns,
                Direction(channel.direction),
                channel.node_id,
                channel.content,
                payload,
            )
        try:
            content = json.loads(payload)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise DamagedError(f"a record on {channel.topic} is no JSON object")
        if channel.schema == TICK_SCHEMA:
            if content != {"clock_ns": log_ns}:
                raise DamagedError("a clock tick is not that of its time")
            return Tick(sequence, log_ns)
        kind, details = content.get("kind"), content.get("details")
        if not isinstance(kind, str) or not isinstance(details, dict):
            raise DamagedError("a session fact has no kind or details")
        if not all(isinstance(value, str | int | float | None) for value in details.values()):
            raise DamagedError("a session fact has details within details")
        return Fact(sequence, log_ns, kind, details)

    def _look_up(self, number: int) -> Channel:
        declared = self._declared.get(number)
        schema = self._schemas.get(declared.schema_id) if declared else None
        if declared is None or (schema is None and declared.schema_id):
            raise UndeclaredError("of a channel whose declaration is damaged")
        name = schema.name if schema else "nothing"
        if name not in {SAPIENT_SCHEMA, TICK_SCHEMA, FACT_SCHEMA}:
            if not self.is_ours or name.endswith(".SapientMessage"):
                problem = f"its channel {declared.topic!r} holds {name}, and not {SAPIENT_SCHEMA}"
                raise InputError(self._path, Fault(problem, _REMEDY))
            raise UndeclaredError(f"of the channel {declared.topic!r}, which is none of the log's")
        try:
            channel = Channel.from_metadata(name, declared.metadata)
        except (KeyError, ValueError):
            raise UndeclaredError("of a channel whose declaration is damaged") from None
        self._known[number] = channel
        return channel
