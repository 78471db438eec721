"""The page about connecting a sensor holds a whole sensor that works as it stands."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clearway.domain import HYPOTHESES
from clearway.profile.evidence import EvidenceReader
from clearway.profile.wire import nanoseconds_of, timestamp
from clearway.recording import Direction, Fact, LoggedMessage, LogReader, Record
from clearway.sapient.bindings import Registration, SapientMessage, content_of
from clearway.sapient.files import validate_file
from clearway.sapient.registry import Registry
from clearway.sapient.session import Accepted, FusionSession, Refused, Registered
from clearway.sapient.validate import Finding, read_payload
from clearway.service.outputs import MessageUnused, PersonReported
from clearway.service.replay import outputs_of
from clearway.site.schema import Curtain, Site

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "connect-a-sensor.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
TOML = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
NODE_ID = tomllib.loads(TOML[0])["sensors"][0]["node_id"]
SENSOR_LINES = 40
OWN_ID = "0c9d5ad5-9b47-4dcb-a0f0-2d34a5fd2c7b"
COMMAND = [sys.executable, "-c", "from clearway.cli.main import main; main()"]
PATIENT = {"reorder_window_s = 0.2": "reorder_window_s = 1.0"}
"""On a busy machine a message may be under way for longer."""


@dataclass(frozen=True)
class Run:
    """A service to which the page's sensor has connected, afterwards."""

    sensor_said: str
    service_said: str
    log: Path

    def records(self) -> list[Record]:
        return list(LogReader(self.log))

    def received(self) -> list[LoggedMessage]:
        return [
            record
            for record in self.records()
            if isinstance(record, LoggedMessage) and record.direction is Direction.RECEIVED
        ]


def site_file(folder: Path) -> Path:
    """The site that the page says to make."""
    text = (ROOT / "examples" / "station.toml").read_text(encoding="utf-8")
    name = 'id = "camera-1"\n'
    for old, new in {name: f'{name}node_id = "{NODE_ID}"\n', **PATIENT}.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = folder / "station.toml"
    path.write_text(f"{text}\n{TOML[1]}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("sensor")
    command = [*COMMAND, "serve", str(site_file(folder)), "--port", "0", "--headless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        try:
            listening = service.stdout.readline()
            port = re.fullmatch(r"Listening on port (\d+)\n", listening)
            assert port is not None, listening
            assert PYTHON[0].count("5020") == 1
            script = folder / "camera.py"
            script.write_text(PYTHON[0].replace("5020", port[1]), encoding="utf-8")
            sensor = subprocess.run(
                [sys.executable, "-W", "error", str(script)],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            service.send_signal(signal.SIGTERM)
        service_said = service.stdout.read()
    assert sensor.returncode == 0, sensor.stderr
    assert service.returncode == 0, service_said
    return Run(sensor.stdout, service_said, folder / "log")


def test_a_sensor_is_forty_lines() -> None:
    lines = PYTHON[0].splitlines()
    assert len(lines) <= SENSOR_LINES
    assert max(len(line) for line in lines) <= 100


def test_the_page_gives_the_node_id_that_the_sensor_has() -> None:
    assert f'"{NODE_ID}"' in PYTHON[0]


def test_it_registers_and_says_goodbye(run: Run) -> None:
    facts = [record for record in run.records() if isinstance(record, Fact)]
    assert [(fact.kind, fact.details["node"]) for fact in facts] == [
        ("node_registered", NODE_ID),
        ("node_lost", NODE_ID),
    ]
    assert facts[1].details["why"] == "goodbye"
    assert "camera-1 has registered" in run.service_said


def on_the_page(*blocks: str) -> dict[str, Any]:
    """What the page's sensor makes before it connects, and what further blocks add."""
    names: dict[str, Any] = {}
    for code in (PYTHON[0].partition("async def main")[0], *blocks):
        exec(code, names)  # noqa: S102 - the page is our own
    return names


def judged(messages: Iterable[tuple[bytes, int]]) -> tuple[Counter[str], list[Finding]]:
    """What a fusion side accepts of messages with their times, and everything it finds in them."""
    session: FusionSession | None = None
    accepted, found = Counter[str](), list[Finding]()
    for payload, now_ns in messages:
        session = session or FusionSession(OWN_ID, Registry(), 1, now_ns)
        message, findings = read_payload(payload)
        assert message is not None
        if message.destination_id:  # the service, whose id is another than this session's
            message.destination_id = OWN_ID
        for action in session.received(message, payload, findings, now_ns):
            if isinstance(action, Registered | Accepted):
                accepted[content_of(message)] += 1
            if isinstance(action, Registered | Accepted | Refused):
                found += action.findings
    return accepted, found


def registering(registration: Registration, now_ns: int) -> tuple[bytes, int]:
    message = SapientMessage(
        node_id=NODE_ID, timestamp=timestamp(now_ns), registration=registration
    )
    return message.SerializeToString(), now_ns


def test_nothing_that_it_says_has_a_finding(run: Run) -> None:
    received = run.received()
    spoken = [(one.payload, one.logged_ns) for one in received]
    accepted, found = judged(spoken)
    assert found == []
    assert accepted["registration"] == 1
    assert accepted["detection_report"] == 20
    assert accepted.total() == len(spoken)
    assert "ErrorReceived" not in run.sensor_said
    assert "Rejected" not in run.sensor_said


def test_a_reading_of_a_threat_sensor_is_declared_and_read(station: Site) -> None:
    names = on_the_page(PYTHON[1])
    reading: SapientMessage = names["reading"]
    now_ns = nanoseconds_of(reading.timestamp)
    status = SapientMessage(
        node_id=NODE_ID, timestamp=reading.timestamp, status_report=names["status"]
    )
    status.status_report.report_id = reading.detection_report.report_id
    accepted, found = judged(
        [
            registering(names["camera"], now_ns),
            (status.SerializeToString(), now_ns),
            (reading.SerializeToString(), now_ns),
        ]
    )
    assert found == []
    assert accepted["detection_report"] == 1
    curtain = next(one for one in station.sensors if isinstance(one, Curtain))
    evidence = EvidenceReader(curtain).read(reading.detection_report)
    ratios = dict(zip(HYPOTHESES, evidence.log_likelihood_ratio, strict=True))
    assert evidence.examined == 1.0
    assert {name: ratio for name, ratio in ratios.items() if ratio} == {
        "handgun": 3.2,
        "long_gun": 1.1,
    }


def test_the_page_writes_a_file_that_is_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    imports_of_certificates = PYTHON[2].partition("tls =")[0]
    on_the_page(PYTHON[1], imports_of_certificates, PYTHON[3])
    verdict = validate_file(tmp_path / "reading.json")
    assert verdict.valid
    assert verdict.messages == 1
    assert verdict.findings == []


def test_its_detections_make_a_person(run: Run) -> None:
    outputs = [output for _, _, outputs in outputs_of(LogReader(run.log)) for output in outputs]
    assert [output for output in outputs if isinstance(output, MessageUnused)] == []
    people = [output.message for output in outputs if isinstance(output, PersonReported)]
    assert len({person.detection_report.object_id for person in people}) == 1
    sent = [
        SapientMessage.FromString(record.payload)
        for record in run.received()
        if record.content == "detection_report"
    ]
    first_ns = nanoseconds_of(sent[0].timestamp)
    for person in people:
        after_s = (nanoseconds_of(person.timestamp) - first_ns) / 1e9
        place = person.detection_report.location
        walked_m = place.x - sent[0].detection_report.location.x
        if after_s < 2.0:  # while it still sends
            assert walked_m == pytest.approx(1.3 * after_s, abs=0.5)
        assert place.y == pytest.approx(sent[0].detection_report.location.y, abs=0.3)
