"""What is known of one frame besides the image: where the person is, and how the radar looked."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError

__all__ = ["Glance", "View"]

_WALKING_M_S = 0.2
"""Below, the direction of a velocity says nothing about where a person faces."""


@dataclass(frozen=True, slots=True)
class View:
    """One look of one panel at one person.

    All places are in the panel's view frame: the panel in the plane y = 0, looking along +y; x to
    the right as it looks, z up from the floor.  People walk along x, at y > 0; who walks towards
    +x has the panel on the right.

    Raises
    ------
    ArgumentError
        A place, speed or time that is not finite, or a share outside 0 to 1.
    """

    person_m: tuple[float, float]
    """x and y of the middle of the body."""
    velocity_m_s: tuple[float, float] = (0.0, 0.0)
    """Along x and y; the person is taken to face where it points."""
    time_s: float = 0.0
    """When the frame was taken, on a clock that all frames of the passage share."""
    panel: str = ""
    """Which panel looked, where a curtain has several."""
    sweep_time_s: float = 0.0
    """How long one sweep takes."""
    velocity_error_m_s: float | None = None
    """Standard deviation of the velocity where the image former takes the motion out; without it
    the whole velocity smears the image."""
    others_m: tuple[tuple[float, float], ...] = ()
    """Where other people are."""
    dead_share: float = 0.0
    """Share of the antenna elements that do not work."""
    height_m: float | None = None
    """The person's height, if measured."""

    def __post_init__(self) -> None:
        numbers = (
            *self.person_m,
            *self.velocity_m_s,
            self.time_s,
            self.sweep_time_s,
            self.velocity_error_m_s or 0.0,
            *(coordinate for place in self.others_m for coordinate in place),
        )
        if not np.isfinite(numbers).all():
            raise ArgumentError("view", "holds NaN or infinity", "leave out frames without a place")
        if not 0.0 <= self.dead_share <= 1.0:
            raise ArgumentError("view.dead_share", f"is {self.dead_share}", "give a share, 0 to 1")

    @property
    def speed_m_s(self) -> float:
        """Of the person."""
        return hypot(*self.velocity_m_s)

    @property
    def heading_rad(self) -> float:
        """Where the person faces, from +x towards +y; +x for one who stands."""
        if self.speed_m_s < _WALKING_M_S:
            return 0.0
        return atan2(self.velocity_m_s[1], self.velocity_m_s[0])

    @property
    def forward(self) -> int:
        """+1 for a person who faces +x and shows the panel the right side, -1 for the other."""
        return -1 if abs(self.heading_rad) > np.pi / 2 else 1

    def in_person(self, place_m: ArrayLike) -> NDArray[np.float64]:
        """(3,) forward, depth and height of a place of the view frame, as of a `Volume`."""
        x_m, y_m, z_m = np.asarray(place_m, dtype=np.float64)
        own = [self.forward * (x_m - self.person_m[0]), y_m - self.person_m[1], z_m]
        return np.array(own)

    @property
    def motion_in_sweep_m(self) -> float:
        """How far the person moves during the sweep without the image former knowing."""
        unknown = (
            self.speed_m_s if self.velocity_error_m_s is None else abs(self.velocity_error_m_s)
        )
        return unknown * self.sweep_time_s


@dataclass(frozen=True, slots=True)
class Glance:
    """What a reading needs of a view once its image was scored."""

    time_s: float
    panel: str
    forward: int
    """As of `View`."""
    height_m: float | None = None

    @classmethod
    def of(cls, view: View) -> Glance:
        """Of a whole view."""
        return cls(view.time_s, view.panel, view.forward, view.height_m)
