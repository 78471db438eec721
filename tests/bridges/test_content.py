"""What goes out of a message, and what stays in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from clearway.bridges.content import (
    Threat,
    examined,
    permit_plain,
    printable,
    threats,
    without_evidence,
)
from clearway.errors import ArgumentError
from clearway.sapient.bindings import DetectionReport
from tests.bridges.messages import alert, person, status

TEXT = st.text(st.characters(codec="utf-8"), max_size=50)


@given(TEXT)
def test_any_text_survives_xml(text: str) -> None:
    element = etree.Element("remarks", title=printable(text))
    element.text = printable(text)
    read = etree.fromstring(etree.tostring(element))
    assert (read.text or "") == printable(text)
    assert len(printable(text)) == len(text)


def test_text_that_xml_can_hold_is_left_alone() -> None:
    assert printable("Ærø <&> \t\n 𐍈") == "Ærø <&> \t\n 𐍈"
    assert printable("bell\a, nul\0, \ufffe") == "bell\ufffd, nul\ufffd, \ufffd"
    assert len(printable("x" * 5000)) == 2000


def test_evidence_and_images_stay_in() -> None:
    message = person()
    sent = without_evidence(message).detection_report
    assert [info.type for info in sent.object_info] == [
        "clearway.examined.mic",
        "clearway.examined.mic.fraction",
        "clearway.floor",
    ]
    assert not sent.associated_file
    assert sent.location == message.detection_report.location
    assert len(message.detection_report.object_info) == 4
    assert not without_evidence(alert()).alert.associated_file
    assert without_evidence(status()) == status()


def test_examined_and_threats() -> None:
    report = person().detection_report
    assert examined(report) == {"mic": "full"}
    assert threats(report) == [Threat("ConcealedFirearm", 0.25)]
    assert threats(DetectionReport()) == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_needs_no_protection(host: str) -> None:
    permit_plain(host, allowed=False)


@pytest.mark.parametrize("host", ["10.0.0.1", "broker.example", "239.2.3.1", "0.0.0.0", ""])  # noqa: S104
def test_another_machine_does(host: str) -> None:
    with pytest.raises(ArgumentError, match="unencrypted"):
        permit_plain(host, allowed=False)
    permit_plain(host, allowed=True)
