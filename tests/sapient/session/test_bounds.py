"""Token buckets and outboxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.sapient.link import LinkSettings
from clearway.sapient.session import Outbox, TokenBucket
from tests.sapient.session.harness import SECOND


def test_a_bucket_holds_its_burst_and_fills_at_its_rate() -> None:
    bucket = TokenBucket(per_s=10.0, burst=5.0)
    assert all(bucket.take(1.0, 0) for _ in range(5))
    assert not bucket.take(1.0, 0)
    assert bucket.take(1.0, SECOND // 10)
    assert not bucket.take(1.0, SECOND // 10)
    assert all(bucket.take(1.0, 100 * SECOND) for _ in range(5))
    assert not bucket.take(1.0, 100 * SECOND)


def test_credit_is_paid_back_by_waiting() -> None:
    bucket = TokenBucket(per_s=10.0, burst=5.0)
    assert bucket.spend(5.0, 0) == 0
    wait_ns = bucket.spend(20.0, 0)
    assert wait_ns == pytest.approx(2 * SECOND, abs=2)
    assert bucket.spend(0.0, wait_ns) == 0


def test_a_bucket_that_never_fills_still_lets_time_pass() -> None:
    bucket = TokenBucket(per_s=0.0, burst=1.0)
    assert bucket.take(1.0, 0)
    assert not bucket.take(1.0, 10**18)
    assert bucket.spend(1.0, 10**18) == SECOND


def test_a_fast_sensor_is_within_the_rates() -> None:
    settings = LinkSettings()
    messages = TokenBucket(settings.messages_per_s, settings.message_burst, settings.first_messages)
    octets = TokenBucket(settings.bytes_per_s, settings.byte_burst)
    messages.spend(settings.refused_cost, 0)
    # 60 people, 25 scans per second, for a minute.
    for scan in range(25 * 60):
        now_ns = scan * SECOND // 25
        assert messages.spend(60, now_ns) == 0
        assert octets.spend(60 * 600, now_ns) == 0


def test_a_bucket_may_start_with_less() -> None:
    bucket = TokenBucket(per_s=1.0, burst=5.0, first=2.0)
    assert [bucket.take(1.0, 0) for _ in range(3)] == [True, True, False]
    assert bucket.spend(5.0, 100 * SECOND) == 0


def test_a_clock_that_goes_back_brings_nothing() -> None:
    bucket = TokenBucket(per_s=1.0, burst=1.0)
    assert bucket.take(1.0, 10 * SECOND)
    assert not bucket.take(1.0, 5 * SECOND)
    assert bucket.take(1.0, 6 * SECOND)


@pytest.mark.parametrize(("per_s", "burst"), [(-1.0, 1.0), (1.0, float("nan"))])
def test_rates_must_be_rates(per_s: float, burst: float) -> None:
    with pytest.raises(ArgumentError):
        TokenBucket(per_s, burst)


@given(st.lists(st.tuples(st.integers(0, SECOND), st.floats(0.1, 3.0)), max_size=60))
def test_no_bucket_gives_more_than_it_got(steps: list[tuple[int, float]]) -> None:
    bucket, now_ns, taken = TokenBucket(per_s=2.0, burst=4.0), 0, 0.0
    for wait_ns, tokens in steps:
        now_ns += wait_ns
        taken += tokens * bucket.take(tokens, now_ns)
    assert taken <= 4.0 + 2.0 * now_ns / SECOND + 1e-6


def test_the_oldest_reports_give_way() -> None:
    outbox = Outbox(reports=2, control=1, limit_bytes=100)
    assert all(outbox.put(name, control=False) for name in (b"1", b"2", b"3"))
    assert outbox.dropped == 1
    assert [outbox.pop(), outbox.pop(), outbox.pop()] == [b"2", b"3", None]


def test_control_messages_go_first_and_are_never_dropped() -> None:
    outbox = Outbox(reports=2, control=2, limit_bytes=100)
    outbox.put(b"report", control=False)
    assert outbox.put(b"task", control=True)
    assert outbox.put(b"ack", control=True)
    assert not outbox.put(b"one more", control=True)
    assert [outbox.pop() for _ in range(3)] == [b"task", b"ack", b"report"]
    assert outbox.dropped == 0


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60))
def test_what_waits_is_bounded_and_counted(frames: list[tuple[int, bool]]) -> None:
    outbox = Outbox(reports=5, control=4, limit_bytes=64)
    put = sum(outbox.put(b"x" * size, control=control) for size, control in frames)
    assert outbox.waiting_bytes <= 2 * 64
    assert len(outbox) == put - outbox.dropped
    popped = 0
    while (frame := outbox.pop()) is not None:
        popped += len(frame)
    assert outbox.waiting_bytes == 0
    assert popped <= 2 * 64
