"""The profile page says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf.message import Message

from clearway.domain import HYPOTHESES, Modality
from clearway.fusion import Cue
from clearway.profile import (
    DetectionReader,
    aim_of,
    detection_message,
    look_task,
    names,
    sensor_node_id,
    site_frame,
    site_node_id,
)
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.location import Converter
from clearway.sapient.taxonomy import THREATS
from clearway.sapient.validate import read_json
from clearway.service.fusion_node import FusionNode
from clearway.site.schema import Curtain, Site
from tests.service.feeding import START_NS, alarm, alerts_of, feed, people_of, walk

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sapient-profile.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


def declared_entries() -> dict[str, str]:
    """Every entry with its unit."""
    units = names.units_of_fusion()
    for modality in (None, *Modality):
        units |= names.units_of_sensor(modality)
    return units


@pytest.fixture(params=EXAMPLES, ids=["reading", "person", "cue", "alert"])
def example(request: pytest.FixtureRequest) -> SapientMessage:
    message, findings = read_json(request.param)
    assert findings == ()
    assert message is not None
    return message


def test_examples_are_without_fault_and_declared(example: SapientMessage) -> None:
    report = example.detection_report
    assert {entry.type for entry in report.object_info} <= declared_entries().keys()
    for human in report.classification:
        assert human.type == names.HUMAN
        sub_classes = [one.type for one in human.sub_class]
        assert sub_classes in ([], list(THREATS.class_names))
        if sub_classes:
            assert sum(one.confidence for one in human.sub_class) == pytest.approx(1.0, abs=1e-6)


def test_the_reading_is_read(station: Site) -> None:
    message, _ = read_json(EXAMPLES[0])
    assert message is not None
    curtain = next(sensor for sensor in station.sensors if isinstance(sensor, Curtain))
    detection = DetectionReader(curtain, Converter(site_frame(station))).read(message, 0)
    assert (detection.x_m, detection.y_m) == pytest.approx((16.25, 3.5), abs=1e-3)
    assert detection.evidence is not None
    assert detection.evidence.examined == 0.9
    assert detection.evidence.log_likelihood_ratio[HYPOTHESES.index("handgun")] == 3.2


def fields(message: Message) -> set[str]:
    """Names of the fields in a message and in all that it holds."""
    found = set()
    for field, value in message.ListFields():
        found.add(field.full_name)
        # Of a time, whole seconds have no nanoseconds.
        if field.message_type is not None and field.name != "timestamp":
            several = [value] if isinstance(value, Message) else value
            found.update(*(fields(one) for one in several))
    return found


def test_the_examples_are_as_the_code_writes_them(station: Site) -> None:
    curtain = next(sensor for sensor in station.sensors if isinstance(sensor, Curtain))
    converter = Converter(site_frame(station))
    node_id = sensor_node_id(station, curtain)
    reading = detection_message(alarm(), node_id, converter)
    outputs = [*feed(FusionNode(station), walk(station))]
    person = next(
        message
        for message in people_of(outputs)
        if message.detection_report.classification[0].sub_class
    )
    _, _, alert = alerts_of(outputs)[0]
    cue = Cue("trace-1", 1, START_NS, 20.0, 3.0, 1.3, 0.0)
    task = look_task(cue, START_NS, 0.3, site_node_id(station), node_id, converter)
    for text, made in zip(EXAMPLES, (reading, person, task, alert), strict=True):
        example, _ = read_json(text)
        assert example is not None
        assert fields(example) == fields(made)
        assert {entry.type for entry in example.detection_report.object_info} == {
            entry.type for entry in made.detection_report.object_info
        }


def test_the_cue_says_where_to_look(station: Site) -> None:
    task, _ = read_json(EXAMPLES[2])
    assert task is not None
    aim = aim_of(task, Converter(site_frame(station)))
    assert aim is not None
    assert (aim.x_m, aim.y_m) == pytest.approx((18.0, 3.0), abs=0.01)


def test_every_entry_is_explained() -> None:
    words = (*HYPOTHESES[1:], "MODALITY", "HYPOTHESIS", "CLASS", "handgun", "long_gun", "explosive")
    assert [word for word in words if f"`{word}`" not in TEXT and f".{word}" not in TEXT] == []
    for entry, unit in declared_entries().items():
        general = entry
        for modality in Modality:
            general = re.sub(rf"\.{modality.value}\b", ".MODALITY", general)
        general = re.sub(r"\.llr\.\w+", ".llr.HYPOTHESIS", general)
        if entry != names.PRIOR_VERSION:
            of = "SUBCLASS" if entry.rpartition(".")[2] in names.SUB_CLASSES else "CLASS"
            general = re.sub(r"\.(prior|posterior)\.\w+", rf".\1.{of}", general)
        assert f"| `{general}` | {unit} |" in TEXT, entry
