"""Whatever is done to a log is found, and the record is named."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.audit.fault import AuditFault, FaultKind
from clearway.audit.record import NO_HASH, AuditRecord, chained
from clearway.audit.verify import Erasure, Verdict, verify
from clearway.audit.walk import REACH
from tests.audit.logs import (
    KEY,
    SITE,
    START_NS,
    Rows,
    chain,
    changed,
    exported,
    log_of,
    moved,
    recomputed,
    renumbered,
)

COUNT = 60
LOG = log_of(COUNT)
EXPORTED = exported(LOG)
PLACES = st.integers(0, COUNT - 1)
FIELDS = ("number", "time_ns", "kind", "actor", "subject", "digest", "payload_id")

K = FaultKind


def checked(rows: Rows, *, with_checkpoints: bool) -> Verdict:
    return verify(rows, EXPORTED, KEY.public_key()) if with_checkpoints else verify(rows)


def found(rows: Rows, *, with_checkpoints: bool = False) -> list[tuple[FaultKind, int, int]]:
    verdict = checked(rows, with_checkpoints=with_checkpoints)
    return [(fault.kind, fault.first, fault.last) for fault in verdict.faults]


def in_order(rows: Rows) -> Rows:
    """As a database gives them."""
    return sorted(rows, key=lambda row: row.number)


@pytest.mark.parametrize("with_checkpoints", [False, True])
def test_an_untouched_log_is_intact(with_checkpoints: bool) -> None:
    verdict = checked(LOG, with_checkpoints=with_checkpoints)
    assert verdict.intact
    assert verdict.complete
    assert (verdict.records, verdict.head, verdict.site) == (COUNT, COUNT, SITE)
    assert verdict.hash == LOG[-1].hash.hex()
    assert (verdict.first_ns, verdict.last_ns) == (START_NS, START_NS + COUNT)
    assert verdict.payloads == COUNT // 3
    assert verdict.checkpoints == (6 if with_checkpoints else 0)
    assert verdict.covered == (COUNT if with_checkpoints else 0)


def test_an_empty_log() -> None:
    assert verify([]) == Verdict(hash=bytes(32).hex())
    assert found([], with_checkpoints=True) == [(K.CUT, 1, COUNT)]


@given(PLACES, st.sampled_from(FIELDS[1:]), st.booleans(), st.data())
def test_any_other_value_of_any_field(
    place: int, name: str, with_checkpoints: bool, data: st.DataObject
) -> None:
    old = getattr(LOG[place].record, name)
    text = st.text(st.characters(), max_size=20)
    values: st.SearchStrategy[object] = st.integers(-(2**63), 2**63 - 1)
    if name != "time_ns":
        values = text | st.none() if name in {"digest", "payload_id"} else text
    new = data.draw(values.filter(lambda value: value != old))
    rows = [*LOG]
    rows[place] = changed(rows[place], **{name: new})
    assert found(rows, with_checkpoints=with_checkpoints) == [(K.CHANGED, place + 1, place + 1)]


@given(PLACES, st.booleans(), st.data())
def test_another_number(place: int, with_checkpoints: bool, data: st.DataObject) -> None:
    new = data.draw(st.integers(-100, 2 * COUNT).filter(lambda one: not 1 <= one <= COUNT))
    rows = in_order([*LOG[:place], moved(LOG[place], new), *LOG[place + 1 :]])
    faults = found(rows, with_checkpoints=with_checkpoints)
    named = {number for _, first, last in faults for number in range(first, last + 1)}
    # Without its last record the rest is a whole log; only the row itself is then strange.
    is_last = place == COUNT - 1 and not with_checkpoints
    assert named & {place + 1, new if is_last else place + 1}
    assert {kind for kind, *_ in faults} <= {K.REORDERED, K.REMOVED, K.INSERTED, K.CHANGED, K.CUT}


@given(PLACES, st.binary(max_size=32), st.booleans())
def test_another_hash(place: int, new: bytes, with_checkpoints: bool) -> None:
    rows = [*LOG]
    rows[place] = replace(rows[place], hash=new)
    (fault,) = checked(rows, with_checkpoints=with_checkpoints).faults
    assert fault.kind is (K.REWRITTEN if with_checkpoints else K.CHANGED)
    assert (fault.first, fault.last) == (place + 1, place + 1)


def test_what_is_no_record_is_named_too() -> None:
    rows = [*LOG]
    rows[7] = replace(rows[7], record=None)
    rows[20] = changed(rows[20], actor="\udcff")
    assert found(rows) == [(K.CHANGED, 8, 8), (K.CHANGED, 21, 21)]


@given(PLACES, st.integers(1, 50), st.booleans(), st.booleans())
def test_removed_records(place: int, count: int, renumber: bool, with_checkpoints: bool) -> None:
    rest = LOG[place + count :]
    rows = LOG[:place] + (renumbered(rest, by=-count) if renumber else rest)
    first, last = place + 1, min(place + count, COUNT)
    faults = found(rows, with_checkpoints=with_checkpoints)
    if not rest:
        # Nothing in the log itself tells that it once was longer.
        assert faults == ([(K.CUT, first, last)] if with_checkpoints else [])
    elif renumber and (count > REACH or (len(rest) == 1 and not with_checkpoints)):
        # Its neighbours tell that something is wrong with the record, and no more.
        assert faults[0][1] == first
    else:
        assert faults == [(K.REMOVED, first, last)]


@pytest.mark.parametrize("each", [10, 1000])
def test_many_removed_records(each: int) -> None:
    log = log_of(400)
    verdict = verify(log[:20] + log[350:], exported(log, each=each), KEY.public_key())
    assert verdict.faults == [AuditFault(K.REMOVED, 21, 350)]
    assert verdict.head == 400


@given(PLACES, PLACES, st.booleans())
def test_swapped_records(one: int, other: int, with_checkpoints: bool) -> None:
    first, second = sorted((one, other))
    rows = [*LOG]
    rows[first], rows[second] = moved(LOG[second], first + 1), moved(LOG[first], second + 1)
    faults = found(rows, with_checkpoints=with_checkpoints)
    if first == second:
        assert faults == []
    elif second - first <= REACH:
        places = [(first + 1, first + 1), (second + 1, second + 1)]
        assert sorted(faults) == [(K.REORDERED, *place) for place in places]
    else:
        assert [kind for kind, *_ in faults if kind is K.REWRITTEN] == [K.REWRITTEN] * (
            2 * with_checkpoints
        )
        named = {number for _, begin, end in faults for number in range(begin, end + 1)}
        assert {first + 1, second + 1} <= named <= {first + 1, first + 2, second + 1, second + 2}


@given(st.integers(1, COUNT - 2), st.integers(1, 5), st.booleans(), st.booleans())
def test_inserted_records(place: int, count: int, follows: bool, with_checkpoints: bool) -> None:
    forged = [
        AuditRecord(place + 1 + more, START_NS, "alarm-seen", "Petra", "B") for more in range(count)
    ]
    strangers = chain(forged, LOG[place - 1].hash if follows else b"anything")
    rows = LOG[:place] + strangers + renumbered(LOG[place:], by=count)
    assert found(rows, with_checkpoints=with_checkpoints) == [
        (K.INSERTED, place + 1, place + count)
    ]


@given(st.integers(1, COUNT), st.booleans())
def test_a_second_row_of_the_same_number(number: int, before: bool) -> None:
    stranger = changed(LOG[number - 1], actor="somebody else")
    place = number - before
    faults = found([*LOG[:place], stranger, *LOG[place:]])
    assert [fault[1] for fault in faults] == [number if before or number < COUNT else number + 1]


@given(PLACES)
def test_a_cut_tail_is_named_by_the_newest_checkpoint(place: int) -> None:
    assert found(LOG[:place], with_checkpoints=True) == [(K.CUT, place + 1, COUNT)]


@given(PLACES, st.booleans())
def test_a_chain_computed_again(place: int, shorter: bool) -> None:
    """From a changed record on; it holds by itself, and the exported hashes tell."""
    edited = [*LOG]
    edited[place] = changed(edited[place], actor="nobody")
    rows = recomputed(edited, place)
    assert found(rows) == []
    if shorter:
        rows = rows[: max(place, COUNT - 5)]
    faults = found(rows, with_checkpoints=True)
    assert {first for _, first, _ in faults[: 2 - shorter]} == {place + 1} or shorter
    assert (K.CHANGED, place + 1, place + 1) in faults or len(rows) == place
    if len(rows) > place:
        assert (K.REWRITTEN, place + 1, len(rows)) in faults
    if len(rows) < COUNT:
        assert (K.CUT, len(rows) + 1, COUNT) in faults


@given(st.integers(0, COUNT - 2))
def test_a_chain_computed_again_without_a_record(place: int) -> None:
    rows = recomputed(LOG[:place] + LOG[place + 1 :], place)
    assert found(rows) == []
    faults = found(rows, with_checkpoints=True)
    assert faults[0] == (K.REMOVED, place + 1, place + 1)
    assert (K.REWRITTEN, place + 2, COUNT) in faults


@given(st.integers(1, COUNT - 1))
def test_a_whole_chain_after_the_newest_checkpoint(covered: int) -> None:
    """What was appended after the last export has no witness, and the verdict says so."""
    edited = [*LOG]
    edited[-1] = changed(edited[-1], actor="nobody")
    checkpoints = exported(LOG[:covered])
    verdict = verify(recomputed(edited, COUNT - 1), checkpoints, KEY.public_key())
    assert verdict.intact
    assert verdict.covered == covered < verdict.head


@given(st.lists(PLACES, min_size=2, max_size=8, unique=True), st.booleans())
def test_every_changed_record_is_named(places: list[int], with_checkpoints: bool) -> None:
    rows = [*LOG]
    for place in places:
        rows[place] = changed(rows[place], actor="nobody")
    verdict = checked(rows, with_checkpoints=with_checkpoints)
    named = {
        number
        for fault in verdict.faults
        for number in range(fault.first, fault.last + 1)
        if fault.kind is K.CHANGED
    }
    assert named == {place + 1 for place in places}


@given(st.permutations(LOG), st.booleans())
def test_shuffled_records(order: Rows, with_checkpoints: bool) -> None:
    rows = [moved(row, number) for number, row in enumerate(order, start=1)]
    assert checked(rows, with_checkpoints=with_checkpoints).intact == (order == LOG)


PLACES_NOW = st.integers(0, 2 * COUNT)


@st.composite
def tampered(draw: st.DrawFn) -> Rows:
    """Several things done one after the other."""
    rows = [*LOG]
    for _ in range(draw(st.integers(1, 5))):
        place = draw(PLACES_NOW) % max(len(rows), 1)
        deed = draw(st.sampled_from(["change", "drop", "swap", "insert", "renumber", "cut"]))
        if deed == "cut" or not rows:
            rows = rows[:place]
        elif deed == "change":
            rows[place] = changed(rows[place], actor=draw(st.text(max_size=3)))
        elif deed == "drop":
            del rows[place]
        elif deed == "swap":
            other = draw(PLACES_NOW) % len(rows)
            rows[place], rows[other] = rows[other], rows[place]
        elif deed == "insert":
            rows.insert(place, changed(rows[draw(PLACES_NOW) % len(rows)], actor="nobody"))
        if draw(st.booleans()):
            rows = [moved(row, number) for number, row in enumerate(rows, start=1)]
    return in_order(rows)


@given(tampered(), st.booleans())
def test_whatever_is_done_one_after_the_other(rows: Rows, with_checkpoints: bool) -> None:
    is_start = rows == LOG[: len(rows)]
    verdict = checked(rows, with_checkpoints=with_checkpoints)
    assert verdict.intact == (rows == LOG if with_checkpoints else is_start)


@given(tampered(), PLACES_NOW)
def test_whatever_is_done_and_the_chain_computed_again(rows: Rows, start: int) -> None:
    forged = recomputed(rows, start % max(len(rows), 1))
    assert checked(forged, with_checkpoints=True).intact == (forged == LOG)


def test_after_many_faults_it_ends() -> None:
    rows = [changed(row, actor="nobody") if row.number % 2 else row for row in log_of(4000)]
    verdict = verify(rows)
    assert not verdict.complete
    assert len(verdict.faults) == 1000


def test_a_long_log_takes_no_more_memory() -> None:
    def peak(count: int) -> int:
        """Most bytes at a time while a log is checked of which no more than a part exists."""

        def parts() -> Iterator[Rows]:
            previous = NO_HASH
            for start in range(1, count, 100):
                numbers = range(start, start + 100)
                records = [
                    AuditRecord(one, START_NS, "alarm-seen", "Petra", "A") for one in numbers
                ]
                yield chain(records, previous)
                previous = chain(records, previous)[-1].hash

        rows = (row for part in parts() for row in part)
        checkpoints = (one for part in parts() for one in exported(part, each=100))
        tracemalloc.start()
        try:
            verdict = verify(rows, checkpoints, KEY.public_key())
            assert (verdict.intact, verdict.covered) == (True, count)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(8000) < 1.5 * peak(2000)


def test_which_of_two_was_changed_is_told_by_a_checkpoint() -> None:
    rows = [*LOG]
    record = changed(rows[9], actor="nobody").record
    assert record is not None
    rows[9] = replace(rows[9], record=record, hash=chained(rows[8].hash, record))
    (guess,) = verify(rows).faults
    assert guess == AuditFault(K.CHANGED, 11, 11, "or the one before it, together with its hash")
    assert found(rows, with_checkpoints=True) == [(K.CHANGED, 10, 10), (K.REWRITTEN, 10, 10)]


def test_payloads() -> None:
    rows = [*LOG]
    rows[2] = replace(rows[2], content=b"x" * 60)
    rows[5] = replace(rows[5], key=rows[8].key)
    rows[8] = replace(rows[8], key=None)
    rows[11] = replace(rows[11], content=None)
    rows[14] = replace(rows[14], key=None, content=None, erased_by=40)
    rows[17] = replace(rows[17], erased_by=41)
    verdict = verify(rows)
    assert [(fault.kind, fault.first) for fault in verdict.faults] == [
        (K.PAYLOAD_CHANGED, 3),
        (K.PAYLOAD_CHANGED, 6),
        (K.PAYLOAD_LOST, 9),
        (K.PAYLOAD_LOST, 12),
        (K.PAYLOAD_KEPT, 18),
    ]
    assert verdict.erasures == [Erasure(15, 40), Erasure(18, 41)]
    assert (verdict.erased, verdict.payloads) == (2, COUNT // 3 - 6)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (AuditFault(K.CHANGED, 3, 3), "record 3: not what was chained"),
        (AuditFault(K.REMOVED, 3, 5, "why"), "records 3 to 5: missing (why)"),
    ],
)
def test_words(fault: AuditFault, words: str) -> None:
    assert str(fault) == words
