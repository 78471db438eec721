"""The profile page says what the code does."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from clearway.domain import HYPOTHESES, Modality
from clearway.profile import DetectionReader, names
from clearway.sapient.bindings import SapientMessage, content_of
from clearway.sapient.location import Converter, SiteFrame
from clearway.sapient.taxonomy import THREATS
from clearway.sapient.validate import read_json
from clearway.site.schema import Curtain, Site

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sapient-profile.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


def declared_entries() -> set[str]:
    modalities = (None, *Modality)
    by_sensors = chain.from_iterable(names.units_of_sensor(modality) for modality in modalities)
    return {*by_sensors, *names.units_of_fusion()}


@pytest.fixture(params=EXAMPLES, ids=["reading", "person", "alert"])
def example(request: pytest.FixtureRequest) -> SapientMessage:
    message, findings = read_json(request.param)
    assert findings == ()
    assert message is not None
    return message


def test_examples_are_without_fault_and_declared(example: SapientMessage) -> None:
    report = example.detection_report
    assert {entry.type for entry in report.object_info} <= declared_entries()
    for human in report.classification:
        assert human.type == names.HUMAN
        sub_classes = [one.type for one in human.sub_class]
        assert sub_classes in ([], list(THREATS.class_names))
        if sub_classes:
            assert sum(one.confidence for one in human.sub_class) == pytest.approx(1.0, abs=1e-6)
    assert content_of(example) in ("detection_report", "alert")


def test_the_reading_is_read(station: Site) -> None:
    message, _ = read_json(EXAMPLES[0])
    assert message is not None
    origin = station.origin
    frame = SiteFrame(
        origin.latitude_deg, origin.longitude_deg, origin.altitude_m, origin.heading_deg
    )
    curtain = next(sensor for sensor in station.sensors if isinstance(sensor, Curtain))
    detection = DetectionReader(curtain, Converter(frame)).read(message, 0)
    assert (detection.x_m, detection.y_m) == pytest.approx((12.25, 3.5), abs=1e-3)
    assert detection.evidence is not None
    assert detection.evidence.examined == 0.9
    assert detection.evidence.log_likelihood_ratio[HYPOTHESES.index("handgun")] == 3.2


def test_every_entry_is_explained() -> None:
    words = (*HYPOTHESES[1:], "MODALITY", "HYPOTHESIS", "CLASS", "handgun", "long_gun", "explosive")
    assert [word for word in words if f"`{word}`" not in TEXT and f".{word}" not in TEXT] == []
    for entry in declared_entries():
        general = entry
        for modality in Modality:
            general = re.sub(rf"\.{modality.value}\b", ".MODALITY", general)
        general = re.sub(r"\.llr\.\w+", ".llr.HYPOTHESIS", general)
        general = re.sub(r"\.(prior|posterior)\.\w+", r".\1.CLASS", general)
        assert f"`{general}`" in TEXT, entry
