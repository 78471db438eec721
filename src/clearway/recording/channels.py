"""How the log is laid out within MCAP: schemas, channels, attachments.

A message's channel is ``/sapient/<direction>/<node id>/<content>``.  One channel per direction,
node and content suits those who look: a viewer lists each sensor's detections, status and
registration by themselves, its "latest message" of a channel answers "what did this node last
register?", its plots need no filter, and the count per channel tells who sent how much.  Replay
needs no channel at all, since the order of all records is that of the file, and has the same in
each record's sequence number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any, NamedTuple

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from clearway.recording.records import Direction, FactValue
from clearway.sapient.bindings import SapientMessage

__all__ = [
    "FACT_CHANNEL",
    "FACT_SCHEMA",
    "MENDED_ATTACHMENT",
    "PROFILE",
    "SAPIENT_SCHEMA",
    "SESSION_ATTACHMENT",
    "SITE_ATTACHMENT",
    "TICK_CHANNEL",
    "TICK_SCHEMA",
    "Channel",
    "SegmentStart",
    "descriptor_set",
    "fact_payload",
    "software_versions",
    "tick_payload",
]

PROFILE = "clearway"
"""MCAP profile of a segment."""
SESSION_ATTACHMENT = "clearway.session.json"
SITE_ATTACHMENT = "site.toml"
MENDED_ATTACHMENT = "clearway.mended.json"

SAPIENT_SCHEMA = SapientMessage.DESCRIPTOR.full_name
TICK_SCHEMA = "clearway.Tick"
FACT_SCHEMA = "clearway.Fact"

JSON_SCHEMAS: Mapping[str, bytes] = {
    TICK_SCHEMA: json.dumps(
        {
            "title": TICK_SCHEMA,
            "description": "The engine was told the time without a message.",
            "type": "object",
            "properties": {
                "clock_ns": {"type": "integer", "description": "UTC nanoseconds since 1970"}
            },
            "required": ["clock_ns"],
        }
    ).encode(),
    FACT_SCHEMA: json.dumps(
        {
            "title": FACT_SCHEMA,
            "description": "Something about the session that no message says.",
            "type": "object",
            "properties": {
                "kind": {"type": "string", "description": "such as node_lost"},
                "details": {"type": "object", "description": "what belongs to it"},
            },
            "required": ["kind", "details"],
        }
    ).encode(),
}

_SOFTWARE = ("clearway", "mcap", "numpy", "protobuf", "sapient-proto", "scipy")


class Channel(NamedTuple):
    """Key of one channel of the log."""

    schema: str
    direction: str = ""
    node_id: str = ""
    content: str = ""

    @property
    def topic(self) -> str:
        """The channel's name in a viewer."""
        if self.schema == SAPIENT_SCHEMA:
            return f"/sapient/{self.direction}/{self.node_id}/{self.content}"
        return "/clearway/clock" if self.schema == TICK_SCHEMA else "/clearway/session"

    @property
    def encoding(self) -> str:
        """MCAP's name of the message encoding."""
        return "protobuf" if self.schema == SAPIENT_SCHEMA else "json"

    @property
    def metadata(self) -> dict[str, str]:
        """The parts of a message channel's topic, so that nobody has to take it apart."""
        if self.schema != SAPIENT_SCHEMA:
            return {}
        return {"direction": self.direction, "node_id": self.node_id, "content": self.content}

    @classmethod
    def from_metadata(cls, schema: str, metadata: Mapping[str, str]) -> Channel:
        """The key of a channel that a file declares.

        Raises
        ------
        KeyError, ValueError
            If the metadata of a message channel is incomplete or strange.
        """
        if schema != SAPIENT_SCHEMA:
            return cls(schema)
        direction = Direction(metadata["direction"])
        return cls(schema, direction, metadata["node_id"], metadata["content"])


TICK_CHANNEL = Channel(TICK_SCHEMA)
FACT_CHANNEL = Channel(FACT_SCHEMA)


class SegmentStart(NamedTuple):
    """What each segment says of itself, so that it can be replayed alone."""

    session: str
    number: int
    started_ns: int
    first_sequence: int
    versions: Mapping[str, str]

    def to_json(self) -> bytes:
        """As the attachment holds it."""
        return json.dumps(self._asdict(), indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> SegmentStart:
        """Read back what `to_json` wrote.

        Raises
        ------
        ValueError
            If it is something else.
        """
        content = json.loads(data)
        if not isinstance(content, dict) or set(content) != set(cls._fields):
            raise ValueError("its keys are not those of a segment")
        numbers = (content["number"], content["started_ns"], content["first_sequence"])
        if not all(type(number) is int and 0 <= number < 1 << 64 for number in numbers):
            raise ValueError("its numbers are none")
        versions = content["versions"]
        is_text = isinstance(versions, dict) and isinstance(content["session"], str)
        if not is_text:
            raise ValueError("its texts are none")
        return cls(
            content["session"], *numbers, {name: str(text) for name, text in versions.items()}
        )


@cache
def descriptor_set() -> bytes:
    """The message definitions with all that they import, imports first.

    MCAP's ``protobuf`` schemas hold this, which makes a log readable without Clearway and after
    the standard has moved on.
    """
    files = FileDescriptorSet()
    seen: set[str] = set()

    def add(file: Any) -> None:  # two implementations with one interface
        if file.name in seen:
            return
        seen.add(file.name)
        for dependency in file.dependencies:
            add(dependency)
        file.CopyToProto(files.file.add())

    add(SapientMessage.DESCRIPTOR.file)
    return files.SerializeToString(deterministic=True)


def tick_payload(clock_ns: int) -> bytes:
    """A clock tick as its channel holds it.

    Examples
    --------
    >>> tick_payload(5)
    b'{"clock_ns":5}'
    """
    return b'{"clock_ns":%d}' % clock_ns


def fact_payload(kind: str, details: Mapping[str, FactValue]) -> bytes:
    """A session fact as its channel holds it.

    Examples
    --------
    >>> fact_payload("node_lost", {"silent_s": 12.5})
    b'{"kind": "node_lost", "details": {"silent_s": 12.5}}'
    """
    return json.dumps({"kind": kind, "details": dict(details)}).encode()


def software_versions() -> dict[str, str]:
    """Versions of all that a replay's numbers depend on.

    Examples
    --------
    >>> sorted(software_versions())[:3]
    ['clearway', 'mcap', 'numpy']
    """
    found = {"python": python_version()}
    for name in _SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
