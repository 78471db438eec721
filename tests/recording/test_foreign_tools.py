"""A log opens in tools that know nothing of Clearway, and their files do no harm here."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from mcap.reader import SeekingReader
from mcap.writer import CompressionType, Writer

from clearway.errors import InputError
from clearway.recording import LogReader
from clearway.recording.channels import SAPIENT_SCHEMA
from clearway.sapient.bindings import SapientMessage
from tests.recording.making import NODES, SITE, START_NS, keep, mixed, new_log, read


def test_a_seeking_reader_with_the_embedded_schema_only(tmp_path: Path) -> None:
    entries = mixed(400)
    log = new_log(tmp_path)
    keep(log, entries)
    log.close()
    (path,) = LogReader(tmp_path).paths
    pool = descriptor_pool.DescriptorPool()
    messages = []
    with path.open("rb") as file:
        reader = SeekingReader(file, validate_crcs=True)
        found = list(reader.iter_messages())
        schema = next(each for each, _, _ in found if each and each.encoding == "protobuf")
        for definition in FileDescriptorSet.FromString(schema.data).file:
            pool.Add(definition)
        foreign = message_factory.GetMessageClass(pool.FindMessageTypeByName(schema.name))
        for (_, channel, message), given in zip(found, entries, strict=True):
            assert message.log_time == given.log_ns
            assert message.publish_time == given.publish_ns
            assert message.data == given.payload
            if channel.message_encoding == "protobuf":
                messages.append(message.data)
            else:
                assert isinstance(json.loads(message.data), dict)
        summary = reader.get_summary()
        attachments = {each.name: each.data for each in reader.iter_attachments()}
        assert reader.get_header().profile == "clearway"
    assert len(messages) > 300
    for data in messages:
        assert json_format.MessageToJson(foreign.FromString(data)) == json_format.MessageToJson(
            SapientMessage.FromString(data)
        )
    assert summary is not None
    assert {channel.topic for channel in summary.channels.values()} == {
        "/clearway/clock",
        "/clearway/session",
        *(
            f"/sapient/received/{node}/{content}"
            for node in NODES
            for content in ("detection_report", "status_report")
            if (node, content) != (NODES[0], "status_report")
        ),
    }
    assert attachments["site.toml"].decode() == SITE
    assert json.loads(attachments["clearway.session.json"])["versions"] == {"clearway": "1"}


def foreign_file(schema: str, *, compression: CompressionType = CompressionType.ZSTD) -> bytes:
    """An MCAP file that another program wrote."""
    stream = BytesIO()
    writer = Writer(stream, compression=compression)
    writer.start()
    number = writer.register_schema(schema, "protobuf", b"")
    metadata = {"direction": "received", "node_id": NODES[0], "content": "alert"}
    channel = writer.register_channel("/camera", "protobuf", number, metadata)
    writer.add_message(channel, START_NS, b"", START_NS)
    writer.finish()  # type: ignore[no-untyped-call]
    return stream.getvalue()


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("foxglove.CompressedImage", "/camera.*CompressedImage"),
        (SAPIENT_SCHEMA.replace("v2_0", "v3_0"), "bsi_flex_335_v3_0"),
    ],
)
def test_other_schemas_are_refused(tmp_path: Path, schema: str, told: str) -> None:
    path = tmp_path / "camera.mcap"
    path.write_bytes(foreign_file(schema))
    with pytest.raises(InputError, match=told) as caught:
        read(path)
    assert caught.value.path == path


def test_an_mcap_file_without_any_record_is_refused(tmp_path: Path) -> None:
    stream = BytesIO()
    writer = Writer(stream)
    writer.start()
    writer.finish()  # type: ignore[no-untyped-call]
    path = tmp_path / "empty.mcap"
    path.write_bytes(stream.getvalue())
    with pytest.raises(InputError, match="no log of Clearway"):
        read(path)


def test_sapient_messages_of_another_program_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    path = tmp_path / "other.mcap"
    path.write_bytes(foreign_file(SAPIENT_SCHEMA, compression=CompressionType.NONE))
    records, problems = read(path)
    assert len(records) == 2
    assert len(problems) == 1
    assert "session, site file and versions are unknown" in problems[0]


def test_other_compressions_are_told(tmp_path: Path) -> None:
    path = tmp_path / "other.mcap"
    path.write_bytes(foreign_file(SAPIENT_SCHEMA, compression=CompressionType.LZ4))
    _, problems = read(path)
    assert len(problems) == 1
    assert "lz4" in problems[0]
    assert "converts" in problems[0]
