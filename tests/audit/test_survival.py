"""What was acknowledged survives a killed process, a full disk, and other writers."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from clearway.audit import AuditReader, Verdict, verify
from clearway.store.database import open_database
from tests.support.databases import Place

APPENDING = Path(__file__).with_name("appending.py")


def appending(place: Place, *, most: int = 0, limit_bytes: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, APPENDING, str(place), str(most), str(limit_bytes)],
        stdout=subprocess.PIPE,
        text=True,
    )


def verdict_of(place: Place) -> Verdict:
    with closing(open_database(place, read_only=True)) as opened:
        return verify(AuditReader(opened).stored())


def numbers_in(place: Place) -> set[int]:
    with closing(open_database(place, read_only=True)) as opened:
        return {record.number for record in AuditReader(opened).records()}


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.timeout(1800)
def test_a_killed_process_loses_nothing(place: Place, kills: int) -> None:
    random = np.random.default_rng(kills)
    acknowledged: list[int] = []
    for _ in range(kills):
        with appending(place) as child:
            assert child.stdout is not None
            acknowledged += (int(child.stdout.readline()) for _ in range(random.integers(1, 30)))
            time.sleep(random.uniform(0, 0.01))
            child.kill()
            # The last line may be cut; its record was kept all the same.
            acknowledged += (int(line) for line in child.stdout if line.endswith("\n"))
        verdict = verdict_of(place)
        assert verdict.faults == []
        assert verdict.head >= acknowledged[-1]
    assert set(acknowledged) <= numbers_in(place)
    assert acknowledged == sorted(set(acknowledged))


def test_a_full_disk_loses_nothing_and_then_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "site.sqlite"
    with appending(place, limit_bytes=150_000) as child:
        assert child.stdout is not None
        acknowledged = [int(line) for line in child.stdout]
    assert child.returncode == 0
    verdict = verdict_of(place)
    assert verdict.faults == []
    assert len(acknowledged) > 5
    assert verdict.records == verdict.head == acknowledged[-1]


def test_several_processes_write_one_chain(place: Place) -> None:
    children = [appending(place, most=20) for _ in range(3)]
    acknowledged = []
    for child in children:
        with child:
            assert child.stdout is not None
            acknowledged += [int(line) for line in child.stdout]
        assert child.returncode == 0
    # The first record says which log it is.
    assert sorted(acknowledged) == [*range(2, 62)]
    verdict = verdict_of(place)
    assert verdict.faults == []
    assert verdict.head == 61
