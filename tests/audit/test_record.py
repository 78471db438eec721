"""Canonical bytes and hashes, so that anybody can compute them without Clearway."""

from __future__ import annotations

import hashlib
import json
from secrets import token_bytes

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clearway.audit.record import NO_HASH, AuditRecord, canonical, chained, printable, readable
from clearway.audit.vault import seal, unseal

TEXT = st.text(st.characters(codec="utf-8"), max_size=30).map(readable)
RECORDS = st.builds(
    AuditRecord,
    number=st.integers(1, 2**63 - 1),
    time_ns=st.integers(-(2**63), 2**63 - 1),
    kind=TEXT,
    actor=TEXT,
    subject=TEXT,
    digest=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    payload_id=st.none() | st.binary(min_size=16, max_size=16).map(bytes.hex),
)


@given(RECORDS, st.binary(min_size=32, max_size=32))
def test_the_standard_library_computes_the_same(record: AuditRecord, previous: bytes) -> None:
    fields = msgspec.structs.asdict(record)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(record) == text.encode()
    assert chained(previous, record) == hashlib.sha256(b"\0" + previous + text.encode()).digest()


def test_the_hash_of_a_known_record() -> None:
    """What was written years ago must verify for ever."""
    record = AuditRecord(1, 1_800_000_000_000_000_000, "log-started", "clearway 0.1.0", "rome")
    known = "66762f35ba2902351b1e961933d86c12fcaada1389d99a02300b5dcc64bcc153"
    assert chained(NO_HASH, record).hex() == known


@given(st.text(max_size=1000))
def test_text_is_kept_printable_and_short(text: str) -> None:
    kept = readable(text)
    assert kept.isprintable()
    assert len(kept) <= 500
    assert readable(kept) == kept
    assert kept == text or not text.isprintable() or len(text) > 500
    assert printable(text).isprintable()


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers() | st.none()))
def test_a_payload_is_what_was_sealed_or_nothing(payload: dict[str, int | None]) -> None:
    sealed = seal(payload, token_bytes)
    whole = (sealed.content, sealed.key, sealed.payload_id, sealed.digest)
    opened = unseal(*whole)
    assert opened is not None
    assert json.loads(opened) == payload
    other = seal(payload, token_bytes)
    assert unseal(other.content, *whole[1:]) is None
    assert unseal(sealed.content, other.key, *whole[2:]) is None
    assert unseal(*whole[:2], other.payload_id, sealed.digest) is None
    assert unseal(*whole[:3], other.digest) is None
    assert unseal(b"", b"", sealed.payload_id, sealed.digest) is None
