"""Trouble is told and logged, and nobody can drown the operator in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.recording import Fact, LogReader
from clearway.sapient.server import MessageRefused, PeerRefused, PeerThrottled, Refusal
from clearway.sapient.validate import Finding, Severity
from clearway.service.complaints import Complaints
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Running

PEER = "192.0.2.7:40112"
FINDING = Finding("some.rule", Severity.ERROR, "detection_report.location", "is missing", "6.4")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            MessageRefused(PEER, None, b"", (FINDING,), START_NS),
            "192.0.2.7: refused: detection_report.location: is missing",
        ),
        (MessageRefused(PEER, None, b"", (), START_NS), "192.0.2.7: refused: no reason"),
        (
            PeerRefused(PEER, None, Refusal.TLS, "no certificate", START_NS),
            "192.0.2.7: tls: no certificate",
        ),
        (PeerThrottled(PEER, None, START_NS), "192.0.2.7: sends too much; slowed down"),
    ],
    ids=["faulty", "without a finding", "refused", "too fast"],
)
def test_trouble_is_told_and_logged(
    station: Site,
    tmp_path: Path,
    event: MessageRefused | PeerRefused | PeerThrottled,
    said: str,
) -> None:
    running = Running(station, tmp_path)
    running.service.handle(event)
    running.service.handle(event)
    running.stop()
    assert running.notices == [said]
    (fact,) = [one for one in LogReader(tmp_path) if isinstance(one, Fact)]
    assert fact.kind == "trouble"
    assert fact.details["peer"] == PEER
    assert said.endswith(str(fact.details["what"]))


def test_one_host_is_one_origin_whatever_its_port(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    for port in range(200):
        running.service.handle(
            PeerRefused(f"192.0.2.7:{port}", None, Refusal.TLS, "no certificate", START_NS)
        )
    running.stop()
    assert len(running.notices) == 1


def test_complaints_are_bounded_per_origin_and_in_all() -> None:
    complaints = Complaints()
    told = [
        complaints.sentence(f"peer {peer}", f"fault {fault}", START_NS)
        for peer in range(100)
        for fault in range(20)
    ]
    assert [one for one in told[:20] if one] == [f"fault {fault}" for fault in range(5)]
    assert len([one for one in told if one]) == 100
    later = complaints.sentence("peer 1", "fault 1", START_NS + nanoseconds(10.0))
    assert later == f"fault 1; {15 + 80 * 20} other complaints were not told"


def test_a_complaint_is_told_again_with_its_number() -> None:
    complaints = Complaints()
    assert complaints.sentence("a", "hums", START_NS) == "hums"
    assert complaints.sentence("b", "hums", START_NS) == "hums"
    for number in range(6):
        assert complaints.sentence("a", "hums", START_NS + number) is None
    assert complaints.sentence("a", "hums", START_NS + nanoseconds(11.0)) == "hums (7 times)"
    assert complaints.sentence("b", "hums", START_NS + nanoseconds(11.0)) == "hums"


def test_a_long_complaint_is_cut() -> None:
    told = Complaints().sentence("a", "x" * 100_000, START_NS)
    assert told is not None
    assert len(told) <= 300


def test_a_complaint_is_one_line_of_plain_text() -> None:
    told = Complaints().sentence("a", "bad\n    name \x1b[2J\x00 of it", START_NS)
    assert told == "bad name ?[2J? of it"
