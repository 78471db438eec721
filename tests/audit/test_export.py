"""Checkpoints leave for another folder, and what happened to the log is found by them."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from clearway.audit import (
    AuditLog,
    AuditReader,
    Checkpoint,
    FaultKind,
    SignedCheckpoint,
    export_checkpoints,
    read_checkpoints,
    read_public_key,
    signing_key,
    verify,
)
from clearway.audit.checkpoint import sign
from clearway.audit.export import CHECKPOINTS, PUBLIC_KEY
from clearway.audit.record import AuditRecord, chained
from clearway.audit.tables import RECORDS
from clearway.errors import InputError, OutputError
from clearway.store.database import Database, open_database
from tests.audit.logs import KEY, SITE, START_NS, exported, log_of

COUNT = 40
LOG = log_of(COUNT)
NOON_NS = START_NS + 1


def fill(log: AuditLog, count: int) -> None:
    for _ in range(count):
        log.append("alarm-seen", "Petra", "A1", time_ns=START_NS)


def export(log: AuditReader, folder: Path) -> Checkpoint | None:
    return export_checkpoints(log, folder, KEY, time_ns=NOON_NS)


def test_each_export_goes_on_where_the_last_one_ended(log: AuditLog, tmp_path: Path) -> None:
    folder = tmp_path / "other machine"
    assert export(log, folder) is None
    fill(log, 3)
    first = export(log, folder)
    assert first is not None
    assert (first.site, first.first, first.number, first.time_ns) == (SITE, 1, 4, NOON_NS)
    head = log.head()
    assert head is not None
    assert first.hash == head.hash
    assert export(log, folder) is None
    fill(log, 2)
    second = export(log, folder)
    assert second is not None
    assert (second.first, second.number) == (5, 6)
    assert [one and one.checkpoint for one in read_checkpoints(folder)] == [first, second]
    key = read_public_key(folder / PUBLIC_KEY)
    verdict = verify(log.stored(), read_checkpoints(folder / CHECKPOINTS), key)
    assert verdict.intact
    assert (verdict.checkpoints, verdict.covered, verdict.covered_ns) == (2, 6, NOON_NS)


def test_many_records_are_several_checkpoints(database: Database, tmp_path: Path) -> None:
    log = AuditLog(database, SITE, "0.1.0")
    with database.begin() as connection:
        for _ in range(2100):
            log.add(connection, "alarm-seen", "Petra", "A1", time_ns=START_NS)
    newest = export(log, tmp_path / "out")
    assert newest is not None
    assert newest.number == 2101
    exports = [one.checkpoint for one in read_checkpoints(tmp_path / "out") if one is not None]
    assert [(one.first, one.number) for one in exports] == [(1, 1000), (1001, 2000), (2001, 2101)]
    assert verify(log.stored(), read_checkpoints(tmp_path / "out"), KEY.public_key()).intact


def test_an_interrupted_export_is_made_again(log: AuditLog, tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINTS
    fill(log, 3)
    export(log, tmp_path)
    whole = path.read_bytes()
    for kept in (len(whole) - 1, len(whole) // 2):
        path.write_bytes(whole + whole[:kept])
        fill(log, 1)
        newest = export(log, tmp_path)
        assert newest is not None
        assert newest.first == 5
    verdict = verify(log.stored(), read_checkpoints(tmp_path), KEY.public_key())
    assert verdict.intact
    assert (verdict.checkpoints, verdict.unreadable_lines, verdict.covered) == (2, 1, 6)


def test_an_export_interrupted_in_its_first_line(log: AuditLog, tmp_path: Path) -> None:
    fill(log, 3)
    (tmp_path / CHECKPOINTS).write_bytes(b'{"checkpoint":{"site":')
    export(log, tmp_path)
    fill(log, 3)
    newest = export(log, tmp_path)
    assert newest is not None
    assert (newest.first, newest.number) == (5, 7)


def replaced_log(database: Database, records: list[AuditRecord]) -> AuditReader:
    """A log whose chain somebody has computed again."""
    log = AuditLog(database, SITE, "0.1.0")
    previous = bytes(32)
    with database.begin() as connection:
        for record in records:
            previous = chained(previous, record)
            fields = msgspec.structs.asdict(record) | {"hash": previous.hex()}
            connection.execute(insert(RECORDS).values(fields))
    return log


def edited(records: list[AuditRecord]) -> list[AuditRecord]:
    return [*records[:2], msgspec.structs.replace(records[2], actor="nobody"), *records[3:]]


Edit = Callable[[list[AuditRecord]], list[AuditRecord]]


@pytest.mark.parametrize("edit", [edited, lambda records: records[:-1]], ids=["rewritten", "cut"])
def test_what_does_not_go_on_from_the_last_export_is_not_signed(tmp_path: Path, edit: Edit) -> None:
    with closing(open_database(tmp_path / "site.sqlite")) as database:
        log = AuditLog(database, SITE, "0.1.0")
        fill(log, 4)
        export(log, tmp_path)
        records = [*log.records()]
    with closing(open_database(tmp_path / "other.sqlite")) as database:
        other = replaced_log(database, edit(records))
        with pytest.raises(InputError, match="record 5 is not the one that was exported"):
            export(other, tmp_path)
        faults = verify(other.stored(), read_checkpoints(tmp_path), KEY.public_key()).faults
    assert faults[0].first == (3 if edit is edited else 5)


def test_a_broken_chain_is_not_signed(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "site.sqlite")) as database:
        log = AuditLog(database, SITE, "0.1.0")
        fill(log, 4)
        with database.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_records_no_UPDATE")
            connection.exec_driver_sql("UPDATE audit_records SET actor = 'x' WHERE number = 3")
        with pytest.raises(InputError, match="record 3 does not follow"):
            export(log, tmp_path)
        assert [*read_checkpoints(tmp_path)] == []


def test_folders_that_belong_to_others(log: AuditLog, tmp_path: Path) -> None:
    fill(log, 1)
    export(log, tmp_path)
    other_key = Ed25519PrivateKey.generate()
    with pytest.raises(InputError, match=r"checkpoints\.pub: it is another key's"):
        export_checkpoints(log, tmp_path, other_key, time_ns=NOON_NS)
    (tmp_path / PUBLIC_KEY).unlink()
    with pytest.raises(InputError, match="its last checkpoint is not signed by this key"):
        export_checkpoints(log, tmp_path, other_key, time_ns=NOON_NS)
    (tmp_path / PUBLIC_KEY).unlink()
    path = tmp_path / CHECKPOINTS
    signed = sign(Checkpoint("milan", 1, 0, (64 * "a",)), KEY)
    path.write_bytes(msgspec.json.encode(signed) + b"\n")
    with pytest.raises(InputError, match="of the site milan"):
        export(log, tmp_path)
    path.write_text("a diary\n")
    with pytest.raises(InputError, match="no checkpoint that can be read"):
        export(log, tmp_path)


def test_a_full_disk_is_told_and_made_up_for(log: AuditLog, tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINTS
    fill(log, 1)
    export(log, tmp_path)
    before = path.read_bytes()
    fill(log, 20)
    with no_file_longer_than(len(before) + 100), pytest.raises(OutputError, match="another disk"):
        export(log, tmp_path)
    assert path.read_bytes() == before
    newest = export(log, tmp_path)
    assert newest is not None
    assert (newest.first, newest.number) == (3, 22)


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_no_checkpoints_to_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        [*read_checkpoints(tmp_path)]


def faults_with(checkpoints: list[SignedCheckpoint | None]) -> list[tuple[FaultKind, int, int]]:
    verdict = verify(LOG, checkpoints, KEY.public_key())
    return [(fault.kind, fault.first, fault.last) for fault in verdict.faults]


def test_a_forged_checkpoint() -> None:
    checkpoints = exported(LOG)
    signed = checkpoints[1]
    assert signed is not None
    forged = msgspec.structs.replace(signed.checkpoint, time_ns=0)
    checkpoints[1] = msgspec.structs.replace(signed, checkpoint=forged)
    assert faults_with(checkpoints) == [
        (FaultKind.CHECKPOINT, 11, 20),
        (FaultKind.CHECKPOINT, 11, 20),
    ]
    checkpoints[1] = msgspec.structs.replace(signed, signature="no digits")
    assert (FaultKind.CHECKPOINT, 11, 20) in faults_with(checkpoints)


def test_a_missing_checkpoint_and_one_too_many() -> None:
    checkpoints = exported(LOG)
    missing = [*checkpoints[:1], *checkpoints[2:]]
    assert faults_with(missing) == [(FaultKind.CHECKPOINT, 11, 20)]
    again = [*checkpoints[:2], checkpoints[1], *checkpoints[2:]]
    assert faults_with(again) == [(FaultKind.CHECKPOINT, 11, 20)]


def test_the_first_checkpoints_may_have_been_archived() -> None:
    assert faults_with(exported(LOG)[2:]) == []


def test_checkpoints_of_another_site() -> None:
    other = sign(Checkpoint("milan", 1, 0, (LOG[0].hash.hex(),)), KEY)
    assert faults_with([other]) == [(FaultKind.CHECKPOINT, 1, 1)]
    assert faults_with([*exported(LOG), other]) == [(FaultKind.CHECKPOINT, 1, 1)]


def test_a_single_record_is_proven_by_its_checkpoint() -> None:
    """Shown alone with the hash before it, without the rest of the log."""
    signed = exported(LOG)[1]
    assert signed is not None
    record = LOG[14].record
    assert record is not None
    assert chained(LOG[13].hash, record) == signed.checkpoint.at(15)


def test_a_signature_is_over_bytes_that_anybody_can_write_down() -> None:
    signed = exported(LOG)[1]
    assert signed is not None
    fields = json.loads(msgspec.json.encode(signed.checkpoint))
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    KEY.public_key().verify(
        bytes.fromhex(signed.signature), b"clearway audit checkpoint 1\0" + text.encode()
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"hashes": ()},
        {"hashes": ("a",)},
        {"hashes": (64 * "A",)},
        {"hashes": 2 * (64 * "a",)},
        {"number": 0},
    ],
)
def test_what_is_no_checkpoint(fields: dict[str, object]) -> None:
    whole: dict[str, object] = {"site": SITE, "number": 1, "time_ns": 0, "hashes": (64 * "a",)}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(whole | fields, Checkpoint)


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    key = signing_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert signing_key(path).private_bytes_raw() == key.private_bytes_raw()
    path.write_text("no key")
    with pytest.raises(InputError, match="no Ed25519 key"):
        signing_key(path)
    with pytest.raises(InputError, match="no public Ed25519 key"):
        read_public_key(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_public_key(tmp_path / "nothing")
