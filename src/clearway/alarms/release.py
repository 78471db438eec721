"""Two persons for every image: one asks, a supervisor who is somebody else agrees.

The masked picture on a neutral body is for every operator.  Whatever shows the person (the raw
radar image, an unmasked frame) or leaves the site needs a release: asked for with a reason,
agreed to within minutes by a second person, valid for minutes, for whoever asked, once.
"""

from __future__ import annotations

from msgspec import structs

from clearway.alarms.inputs import TimePassed
from clearway.alarms.outputs import Refusal
from clearway.alarms.refusals import RefusedError, clock, require
from clearway.alarms.release_records import (
    ApproveRelease,
    DeclineRelease,
    Release,
    ReleaseAct,
    ReleaseChanged,
    ReleaseDesk,
    ReleaseInput,
    ReleaseOutput,
    ReleaseState,
    RequestRelease,
    UseRelease,
)
from clearway.alarms.roles import Permission
from clearway.domain import nanoseconds

_PERMISSION_FOR: dict[type[ReleaseAct], Permission] = {
    RequestRelease: Permission.REQUEST_RELEASE,
    ApproveRelease: Permission.APPROVE_RELEASE,
    DeclineRelease: Permission.APPROVE_RELEASE,
    UseRelease: Permission.REQUEST_RELEASE,
}


def step_releases(
    desk: ReleaseDesk, happened: ReleaseInput
) -> tuple[ReleaseDesk, tuple[ReleaseOutput, ...]]:
    """Let one thing happen; as pure as `life_cycle.step`.

    Parameters
    ----------
    desk : ReleaseDesk
        As it is; it is not changed.
    happened : RequestRelease, ApproveRelease, DeclineRelease, UseRelease or TimePassed

    Returns
    -------
    ReleaseDesk
        As it is from now on.
    tuple of ReleaseChanged or Refused
        The thing released may be handed out only after the change to *used* is stored.
    """
    if isinstance(happened, TimePassed):
        return _let_time_pass(desk, happened.time_ns)
    try:
        release = _after(desk, happened)
    except RefusedError as error:
        return desk, (error.refused,)
    changed = ReleaseChanged(release=release, by=happened.actor.name, time_ns=happened.time_ns)
    releases = {**desk.releases, release.release_id: release}
    return structs.replace(desk, releases=releases), (changed,)


def _let_time_pass(
    desk: ReleaseDesk, time_ns: int
) -> tuple[ReleaseDesk, tuple[ReleaseOutput, ...]]:
    keep_ns = nanoseconds(desk.settings.keep_s)
    releases = {}
    outputs = []
    for release_id, known in desk.releases.items():
        if not known.pending and time_ns - known.changed_ns >= keep_ns:
            continue
        release = known
        if _is_over(desk, known, time_ns):
            release = structs.replace(known, state=ReleaseState.EXPIRED, changed_ns=time_ns)
            outputs.append(ReleaseChanged(release=release, by=None, time_ns=time_ns))
        releases[release_id] = release
    return structs.replace(desk, releases=releases), tuple(outputs)


def _is_over(desk: ReleaseDesk, release: Release, time_ns: int) -> bool:
    valid_ns = nanoseconds(desk.settings.valid_s)
    return release.pending and time_ns - release.changed_ns >= valid_ns


def _after(desk: ReleaseDesk, act: ReleaseAct) -> Release:
    require(act.actor, _PERMISSION_FOR[type(act)], act.time_ns)
    match act:
        case RequestRelease():
            return _requested(desk, act)
        case ApproveRelease():
            return _decided(desk, act, ReleaseState.APPROVED)
        case DeclineRelease():
            return _decided(desk, act, ReleaseState.DECLINED)
        case UseRelease():
            return _used(desk, act)


def _requested(desk: ReleaseDesk, act: RequestRelease) -> Release:
    if not act.reason.strip():
        raise _refused(
            act,
            Refusal.TEXT_NEEDED,
            "nobody could tell what the image is needed for",
            "write the reason",
        )
    for known in desk.releases.values():
        same = (known.alarm_id, known.what, known.requested_by) == (
            act.alarm_id,
            act.what,
            act.actor.name,
        )
        pending = known.pending and not _is_over(desk, known, act.time_ns)
        if known.release_id == act.release_id or (same and pending):
            raise _refused(
                act,
                Refusal.ALREADY_DONE,
                f"{known.requested_by} asked for it at {clock(known.requested_ns)}",
                "wait for the answer, or ask again when that request has expired",
                known,
            )
    return Release(
        release_id=act.release_id,
        alarm_id=act.alarm_id,
        what=act.what,
        reason=act.reason.strip(),
        requested_by=act.actor.name,
        requested_ns=act.time_ns,
        changed_ns=act.time_ns,
    )


def _decided(
    desk: ReleaseDesk, act: ApproveRelease | DeclineRelease, state: ReleaseState
) -> Release:
    release = _in_state(desk, act, ReleaseState.REQUESTED)
    # Accounts whose names differ in case only would look like one person's to whoever reads them.
    if act.actor.name.casefold() == release.requested_by.casefold():
        raise _refused(
            act,
            Refusal.SAME_PERSON,
            f"{release.requested_by} asked for it",
            "let another supervisor decide",
            release,
        )
    return structs.replace(
        release,
        state=state,
        changed_ns=act.time_ns,
        decided_by=act.actor.name,
        decided_ns=act.time_ns,
    )


def _used(desk: ReleaseDesk, act: UseRelease) -> Release:
    release = _in_state(desk, act, ReleaseState.APPROVED)
    if act.actor.name != release.requested_by:
        raise _refused(
            act,
            Refusal.NOT_PERMITTED,
            f"it was released to {release.requested_by}",
            "ask for a release of your own",
            release,
        )
    return structs.replace(release, state=ReleaseState.USED, changed_ns=act.time_ns)


def _in_state(desk: ReleaseDesk, act: ReleaseAct, state: ReleaseState) -> Release:
    """The release, which must stand there and still be valid."""
    release = desk.releases.get(act.release_id)
    if release is None:
        raise _refused(act, Refusal.UNKNOWN, "there is no such request", "ask for a new one")
    if _is_over(desk, release, act.time_ns):
        raise _refused(
            act,
            Refusal.EXPIRED,
            f"it was valid for {desk.settings.valid_s / 60:g} min from {clock(release.changed_ns)}",
            "ask for a new one",
            release,
        )
    if release.state is not state:
        raise _refused(
            act,
            Refusal.ALREADY_DONE,
            f"it is {release.state.value} since {clock(release.changed_ns)}",
            "wait for the answer" if release.pending else "ask for a new one",
            release,
        )
    return release


def _refused(
    act: ReleaseAct, why: Refusal, reason: str, remedy: str, release: Release | None = None
) -> RefusedError:
    if release is None:
        return RefusedError(why, reason, remedy, time_ns=act.time_ns)
    return RefusedError(
        why,
        reason,
        remedy,
        time_ns=act.time_ns,
        by=release.decided_by or release.requested_by,
        at_ns=release.changed_ns,
        alarm_id=release.alarm_id,
    )
