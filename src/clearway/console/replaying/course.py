"""Which moment of the record is shown at which moment of the clock."""

from __future__ import annotations

from clearway.domain import nanoseconds

__all__ = ["Course"]


class Course:
    """A moment of the record that moves on as time passes; it has no clock itself.

    Parameters
    ----------
    at_ns : int
        The moment that is shown first, UTC.
    speed : float
        Seconds of the record per second.
    now_s : float
        By a clock that never goes back.
    """

    def __init__(self, at_ns: int, speed: float, now_s: float) -> None:
        self.speed = speed
        self.playing = True
        self._at_ns = at_ns
        self._since_s = now_s

    def at(self, now_s: float) -> int:
        """The moment that is to be shown now."""
        if not self.playing:
            return self._at_ns
        return self._at_ns + nanoseconds((now_s - self._since_s) * self.speed)

    def move(self, at_ns: int, now_s: float) -> None:
        """Go on from another moment: one that is sought, or one that cannot be passed yet."""
        self._at_ns, self._since_s = at_ns, now_s

    def set_speed(self, speed: float, now_s: float) -> None:
        """Go on faster or slower."""
        self.move(self.at(now_s), now_s)
        self.speed = speed

    def set_playing(self, playing: bool, now_s: float) -> None:
        """Stand still, or go on."""
        self.move(self.at(now_s), now_s)
        self.playing = playing
