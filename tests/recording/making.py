"""Messages of a small site, and logs of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from clearway.recording import LogReader, LogSettings, LogWriter, Record
from clearway.recording.channels import (
    FACT_CHANNEL,
    SAPIENT_SCHEMA,
    TICK_CHANNEL,
    Channel,
    fact_payload,
    tick_payload,
)
from clearway.recording.log import SegmentedLog
from clearway.recording.segment import Entry
from clearway.sapient.bindings import (
    DetectionReport,
    Location,
    LocationCoordinateSystem,
    LocationDatum,
    SapientMessage,
    StatusReport,
    content_of,
)

START_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000
SITE = '# a station\nname = "Nord"  \nremark = "\u00e9"\n'
NODES = (
    "3d0f9f1c-4f1e-4a86-9a67-3c1a2b7f2c11",
    "b7a4a1de-7f0e-4b56-8d5e-0e6f4d2d9a02",
)
QUICK = LogSettings(to_disk=False)
"""Tests end their processes, never the power."""


def detection(number: int, at_ns: int, node: int = 0) -> SapientMessage:
    """A person seen once, as a camera node reports it."""
    message = SapientMessage(
        node_id=NODES[node],
        detection_report=DetectionReport(
            report_id=f"01JAZ7N8Q4{number:016d}",
            object_id=f"01JAZ7N8Q5{number % 40:016d}",
            detection_confidence=0.5 + (number * 37 % 500) / 1000,
            location=Location(
                x=291_000.0 + number * 0.173 % 40,
                y=4_640_000.0 + number * 0.377 % 30,
                z=21.5,
                x_error=0.12,
                y_error=0.11,
                coordinate_system=LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M,
                datum=LocationDatum.LOCATION_DATUM_WGS84_E,
                utm_zone="33T",
            ),
        ),
    )
    report = message.detection_report
    report.classification.add(type="sapient_core:Human", confidence=1.0)
    report.object_info.add(type="clearway.quality.camera", value=f"{number % 89 / 89:.3f}")
    report.enu_velocity.east_rate = 1.2 - number % 7 / 10
    report.enu_velocity.north_rate = number % 11 / 10
    message.timestamp.FromNanoseconds(at_ns - 40_000_000)
    return message


def status(number: int, at_ns: int, node: int = 0) -> SapientMessage:
    """A node that is well."""
    report = StatusReport(report_id=f"01JAZ7N8Q6{number:016d}", mode="default")
    message = SapientMessage(node_id=NODES[node], status_report=report)
    message.timestamp.FromNanoseconds(at_ns)
    return message


def entry(message: SapientMessage, at_ns: int, direction: str = "received") -> Entry:
    """A message on its way into the log."""
    channel = Channel(SAPIENT_SCHEMA, direction, message.node_id, content_of(message))
    content_ns = message.timestamp.ToNanoseconds()
    return Entry(channel, at_ns, content_ns, message.SerializeToString())


def tick(at_ns: int) -> Entry:
    """A tick on its way into the log."""
    return Entry(TICK_CHANNEL, at_ns, at_ns, tick_payload(at_ns))


def fact(kind: str, at_ns: int) -> Entry:
    """A fact on its way into the log."""
    return Entry(FACT_CHANNEL, at_ns, at_ns, fact_payload(kind, {}))


def mixed(count: int, start_ns: int = START_NS, step_ns: int = 10_000_000) -> list[Entry]:
    """Messages of two nodes with clock ticks and facts in between."""
    entries = []
    for number in range(count):
        at_ns = start_ns + number * step_ns
        if number % 10 == 7:
            entries.append(tick(at_ns))
        elif number % 50 == 3:
            entries.append(fact("node_lost", at_ns))
        elif number % 20 == 5:
            entries.append(entry(status(number, at_ns, number % 2), at_ns))
        else:
            entries.append(entry(detection(number, at_ns, number % 2), at_ns))
    return entries


def new_log(folder: Path, settings: LogSettings = QUICK, now_ns: int = START_NS) -> SegmentedLog:
    """A log that has begun."""
    log = SegmentedLog(folder, site=SITE, versions={"clearway": "1"}, settings=settings)
    log.start(now_ns)
    return log


def keep(log: SegmentedLog, entries: Sequence[Entry], per_step: int = 10) -> None:
    """Write them as time goes by."""
    for start in range(0, len(entries), per_step):
        piece = entries[start : start + per_step]
        log.write(piece)
        log.advance(piece[-1].log_ns)


def new_writer(folder: Path, settings: LogSettings = QUICK) -> LogWriter:
    """A writer with its thread."""
    return LogWriter(folder, site=SITE, now_ns=START_NS, settings=settings)


def read(path: Path) -> tuple[list[Record], list[str]]:
    """Everything in a log, and the problems among it."""
    reader = LogReader(path)
    records = list(reader)
    return records, [flaw.problem for flaw in reader.flaws]


def keys(records: Sequence[Record]) -> Iterator[tuple[int, bytes]]:
    """Time and content of each record, in order, comparable with `entry_keys`."""
    from clearway.recording import Fact, LoggedMessage, Tick

    for record in records:
        if isinstance(record, LoggedMessage):
            yield record.logged_ns, record.payload
        elif isinstance(record, Tick):
            yield record.clock_ns, tick_payload(record.clock_ns)
        elif isinstance(record, Fact):
            yield record.at_ns, fact_payload(record.kind, record.details)


def entry_keys(entries: Sequence[Entry]) -> list[tuple[int, bytes]]:
    """Time and content of each entry."""
    return [(each.log_ns, each.payload) for each in entries]
