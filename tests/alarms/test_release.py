"""Two persons for every image."""

from __future__ import annotations

import pickle

import msgspec
import pytest

from clearway.alarms import Actor, Refusal, Refused, Role, TimePassed
from clearway.alarms.release import step_releases
from clearway.alarms.release_records import (
    ApproveRelease,
    DeclineRelease,
    Material,
    Release,
    ReleaseChanged,
    ReleaseDesk,
    ReleaseInput,
    ReleaseOutput,
    ReleaseSettings,
    ReleaseState,
    RequestRelease,
    UseRelease,
)
from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError
from tests.alarms.room import ANA, BORIS, SANJA, START_NS

OTHER_SUPERVISOR = Actor("stefan", Role.SUPERVISOR)


class Office:
    """A release desk that remembers."""

    def __init__(self) -> None:
        self.desk = ReleaseDesk()
        self.time_ns = START_NS

    def do(self, happened: ReleaseInput) -> tuple[ReleaseOutput, ...]:
        self.desk, outputs = step_releases(self.desk, happened)
        return outputs

    def wait(self, wait_s: float) -> tuple[ReleaseOutput, ...]:
        self.time_ns += round(wait_s * NANOSECONDS)
        return self.do(TimePassed(time_ns=self.time_ns))

    def request(
        self, actor: Actor = ANA, release_id: str = "r", reason: str = "police ask for it"
    ) -> tuple[ReleaseOutput, ...]:
        return self.do(
            RequestRelease(
                actor=actor,
                release_id=release_id,
                alarm_id="A",
                what=Material.RADAR_IMAGE,
                reason=reason,
                time_ns=self.time_ns,
            )
        )

    def approve(self, actor: Actor = SANJA, release_id: str = "r") -> tuple[ReleaseOutput, ...]:
        return self.do(ApproveRelease(actor=actor, release_id=release_id, time_ns=self.time_ns))

    def decline(self, actor: Actor = SANJA) -> tuple[ReleaseOutput, ...]:
        return self.do(DeclineRelease(actor=actor, release_id="r", time_ns=self.time_ns))

    def use(self, actor: Actor = ANA) -> tuple[ReleaseOutput, ...]:
        return self.do(UseRelease(actor=actor, release_id="r", time_ns=self.time_ns))

    def release(self) -> Release:
        return self.desk.releases["r"]


def why(outputs: tuple[ReleaseOutput, ...]) -> Refusal:
    (refused,) = outputs
    assert isinstance(refused, Refused)
    return refused.why


def test_one_asks_another_agrees_and_it_is_used_once() -> None:
    office = Office()
    office.request()
    office.approve()
    assert (office.release().state, office.release().decided_by) == (ReleaseState.APPROVED, "sanja")
    (changed,) = office.use()
    assert isinstance(changed, ReleaseChanged)
    assert changed.release.state is ReleaseState.USED
    assert why(office.use()) is Refusal.ALREADY_DONE


def test_it_cannot_be_used_before_somebody_agrees() -> None:
    office = Office()
    office.request()
    assert why(office.use()) is Refusal.ALREADY_DONE
    assert office.release().state is ReleaseState.REQUESTED


@pytest.mark.parametrize("name", ["sanja", "Sanja", "SANJA"])
def test_nobody_agrees_with_themselves(name: str) -> None:
    office = Office()
    office.request(SANJA)
    assert why(office.approve(Actor(name, Role.SUPERVISOR))) is Refusal.SAME_PERSON
    assert office.release().state is ReleaseState.REQUESTED
    office.approve(OTHER_SUPERVISOR)
    assert office.release().state is ReleaseState.APPROVED


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR}))
def test_only_a_supervisor_agrees(role: Role) -> None:
    office = Office()
    office.request()
    assert why(office.approve(Actor("somebody", role))) is Refusal.NOT_PERMITTED


@pytest.mark.parametrize("role", [Role.VIEWER, Role.GUARD, Role.ADMIN])
def test_not_everybody_asks(role: Role) -> None:
    assert why(Office().request(Actor("somebody", role))) is Refusal.NOT_PERMITTED


def test_nobody_uses_what_was_released_to_another() -> None:
    office = Office()
    office.request()
    office.approve()
    for actor in (BORIS, SANJA):
        assert why(office.use(actor)) is Refusal.NOT_PERMITTED


def test_a_reason_is_needed() -> None:
    assert why(Office().request(reason=" ")) is Refusal.TEXT_NEEDED


def test_it_can_be_declined() -> None:
    office = Office()
    office.request()
    office.decline()
    assert why(office.approve(OTHER_SUPERVISOR)) is Refusal.ALREADY_DONE
    assert why(office.use()) is Refusal.ALREADY_DONE


def test_an_approval_cannot_be_given_twice() -> None:
    office = Office()
    office.request()
    office.approve()
    assert why(office.approve(OTHER_SUPERVISOR)) is Refusal.ALREADY_DONE


def test_one_request_at_a_time() -> None:
    office = Office()
    office.request()
    assert why(office.request(release_id="s")) is Refusal.ALREADY_DONE
    assert why(office.request(BORIS)) is Refusal.ALREADY_DONE  # the id is taken
    office.request(BORIS, "s")
    assert len(office.desk.releases) == 2


def test_what_nobody_asked_for_is_unknown() -> None:
    assert why(Office().approve()) is Refusal.UNKNOWN
    assert why(Office().use()) is Refusal.UNKNOWN


class TestExpiry:
    """Whether or not time was told to pass."""

    @pytest.mark.parametrize("told", [True, False])
    def test_of_a_request(self, told: bool) -> None:
        office = Office()
        office.request()
        office.time_ns += 300 * NANOSECONDS
        if told:
            office.wait(0.0)
            assert office.release().state is ReleaseState.EXPIRED
        assert why(office.approve()) in {Refusal.EXPIRED, Refusal.ALREADY_DONE}
        office.request(release_id="s")
        assert office.desk.releases["s"].state is ReleaseState.REQUESTED

    @pytest.mark.parametrize("told", [True, False])
    def test_of_an_approval(self, told: bool) -> None:
        office = Office()
        office.request()
        office.time_ns += 299 * NANOSECONDS
        office.approve()
        office.time_ns += 300 * NANOSECONDS
        if told:
            office.wait(0.0)
        assert why(office.use()) in {Refusal.EXPIRED, Refusal.ALREADY_DONE}

    def test_just_in_time(self) -> None:
        office = Office()
        office.request()
        office.wait(299.0)
        office.approve()
        office.wait(299.0)
        office.use()
        assert office.release().state is ReleaseState.USED

    def test_what_is_over_leaves_the_desk(self) -> None:
        office = Office()
        office.request()
        office.wait(300.0)
        office.wait(899.0)
        assert "r" in office.desk.releases
        office.wait(1.0)
        assert office.desk.releases == {}


def test_everything_goes_through_json_and_pickle() -> None:
    office = Office()
    office.request()
    (changed,) = office.approve()
    for record, kind in ((office.desk, ReleaseDesk), (changed, ReleaseOutput)):
        assert msgspec.json.decode(msgspec.json.encode(record), type=kind) == record
        assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301


@pytest.mark.parametrize("name", ["valid_s", "keep_s"])
def test_settings_are_positive(name: str) -> None:
    with pytest.raises(ArgumentError, match=name):
        ReleaseSettings(**{name: 0.0})
