"""What was acknowledged to somebody who acted is there after a kill and after a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from clearway.alarms import Change
from clearway.audit import AuditLog, verify
from clearway.control_room.record import AlarmRecord
from clearway.store.database import open_database
from tests.support.databases import Place

PROJECT = Path(__file__).parents[2]
ACTING = Path(__file__).with_name("acting.py")
CHANGE = {
    "Acknowledge": Change.ACKNOWLEDGED,
    "TakeOver": Change.TAKEN_OVER,
    "Dismiss": Change.RESOLVED,
}


def acting(place: Place, limit_bytes: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, ACTING, str(place), str(limit_bytes)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )


def check(place: Place, acknowledged: list[str]) -> None:
    """Every act is in the alarm's history and in the audit log, which is whole."""
    with closing(open_database(place)) as database:
        audit = AuditLog(database, "hall", "0.1.0")
        record = AlarmRecord(database, audit)
        assert verify(audit.stored()).faults == []
        audited = {(one.subject, one.kind) for one in audit.records(2)}
        for line in acknowledged:
            alarm_id, act, stage = line.strip().split("|")
            change = CHANGE[act]
            kept = [one for one in record.changes(alarm_id) if one.what is change]
            assert len(kept) == 1
            assert kept[0].alarm.stage == stage
            assert (alarm_id, f"alarm-{change.value.replace('_', '-')}") in audited


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.timeout(3600)
def test_a_kill_loses_no_act(place: Place, kills: int) -> None:
    random = np.random.default_rng(kills)
    acknowledged: list[str] = []
    for _ in range(kills):
        with acting(place) as child:
            assert child.stdout is not None
            acknowledged += (child.stdout.readline() for _ in range(random.integers(1, 20)))
            time.sleep(random.uniform(0, 0.02))
            child.kill()
            acknowledged += (line for line in child.stdout if line.endswith("\n"))
    check(place, acknowledged)
    assert len(acknowledged) > kills


def test_a_full_disk_refuses_the_act_and_loses_none(tmp_path: Path) -> None:
    place = tmp_path / "site.sqlite"
    with acting(place, limit_bytes=1_000_000) as child:
        assert child.stdout is not None
        *acknowledged, last = [*child.stdout]
    assert child.returncode == 0
    alarm_id, refused, _ = last.strip().split("|")
    assert refused == "refused"
    assert len(acknowledged) > 5
    check(place, acknowledged)
    with closing(open_database(place)) as database:
        record = AlarmRecord(database, AuditLog(database, "hall", "0.1.0"))
        done = [line.split("|")[1] for line in acknowledged if line.startswith(f"{alarm_id}|")]
        kept = [one.what for one in record.changes(alarm_id) if one.by is not None]
        assert kept == [CHANGE[act] for act in done]
