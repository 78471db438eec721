"""What is known of a release, what can happen to it and what is told."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from clearway.alarms.inputs import FreeText, TimePassed
from clearway.alarms.outputs import Refused
from clearway.alarms.roles import Actor
from clearway.errors import ArgumentError


class Material(StrEnum):
    """What is asked for."""

    RADAR_IMAGE = "radar_image"
    UNMASKED_FRAME = "unmasked_frame"
    EXPORT = "export"


class ReleaseState(StrEnum):
    """Where a release stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    USED = "used"
    EXPIRED = "expired"


class ReleaseSettings(Struct, frozen=True, kw_only=True):
    """How long a release lasts; both must be positive.

    Raises
    ------
    ArgumentError
        A value is not positive.
    """

    valid_s: float = 300.0
    """For agreeing after the request, and then anew for using it."""
    keep_s: float = 900.0
    """One that is over leaves the desk after this; it is in the store by then."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"{getattr(self, name)} is not positive", "give more")


class Release(Struct, frozen=True, kw_only=True):
    """One request and what became of it."""

    release_id: str
    alarm_id: str
    what: Material
    reason: str
    requested_by: str
    requested_ns: int
    state: ReleaseState = ReleaseState.REQUESTED
    changed_ns: int
    """When it took this state."""
    decided_by: str | None = None
    decided_ns: int | None = None

    @property
    def pending(self) -> bool:
        """Whether time can end it."""
        return self.state in {ReleaseState.REQUESTED, ReleaseState.APPROVED}


class _ReleaseAct(Struct, frozen=True, kw_only=True, tag=True):
    time_ns: int
    actor: Actor
    release_id: str


class RequestRelease(_ReleaseAct, frozen=True, kw_only=True, tag=True):
    """Ask for it, under an id that the caller has drawn."""

    alarm_id: str
    what: Material
    reason: FreeText


class ApproveRelease(_ReleaseAct, frozen=True, kw_only=True, tag=True):
    """Agree to it."""


class DeclineRelease(_ReleaseAct, frozen=True, kw_only=True, tag=True):
    """Do not."""


class UseRelease(_ReleaseAct, frozen=True, kw_only=True, tag=True):
    """Take what was released."""


ReleaseAct: TypeAlias = RequestRelease | ApproveRelease | DeclineRelease | UseRelease
ReleaseInput: TypeAlias = ReleaseAct | TimePassed


class ReleaseChanged(Struct, frozen=True, kw_only=True, tag=True):
    """A release as it is from now on."""

    release: Release
    by: str | None
    """None: its time was over."""
    time_ns: int


ReleaseOutput: TypeAlias = ReleaseChanged | Refused


class ReleaseDesk(Struct, frozen=True, kw_only=True):
    """All releases that are pending, and those that ended a short time ago."""

    settings: ReleaseSettings = ReleaseSettings()
    releases: dict[str, Release] = {}
