"""People in motion: the one form in which every crowd source delivers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Origin(StrEnum):
    """Whether people are simulated or recorded; the first line of every report says so."""

    SIMULATED = "simulated"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Present:
    """Who is on the floor at one instant."""

    person: NDArray[np.int64]
    """Shape (k,): indices into the crowd's columns, ascending."""
    position_m: NDArray[np.float64]
    """Shape (k, 2), site frame."""
    velocity_m_s: NDArray[np.float64]
    """Shape (k, 2), site frame."""


class _Seconds(NamedTuple):
    """Who is present at some time of each whole second."""

    bounds: NDArray[np.int64]
    """Shape (s + 1,): second ``i`` holds ``person[bounds[i]:bounds[i + 1]]``."""
    person: NDArray[np.int64]
    """Indices of people, ascending within each second."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Trajectories of all people of a run, sampled uniformly.

    Person ``i`` is present from ``first_frame[i]`` for ``length[i] >= 2`` frames; the positions
    of all people lie one after the other in ``position_m``.
    """

    person_id: NDArray[np.int64]
    """Shape (p,): unique ids as the source gives them."""
    first_frame: NDArray[np.int64]
    """Shape (p,): frame 0 is the start of the run."""
    length: NDArray[np.int64]
    """Shape (p,): number of frames."""
    position_m: NDArray[np.float64]
    """Shape (sum(length), 2), site frame."""
    height_m: NDArray[np.float64]
    """Shape (p,): body height; NaN where unknown."""
    rate_hz: float
    """Frames per second."""
    origin: Origin
    description: str
    """One plain sentence on the source, for the report."""

    @classmethod
    def from_frames(
        cls,
        person_id: NDArray[np.int64],
        frame: NDArray[np.int64],
        position_m: NDArray[np.float64],
        height_m: NDArray[np.float64],
        *,
        rate_hz: float,
        origin: Origin,
        description: str,
    ) -> Self:
        """Group rows by person; people with a single frame have no motion and are left out.

        Parameters
        ----------
        person_id, frame : (n,) int64
            One row per person and frame, in any order; each person's frames without a gap.
        position_m : (n, 2) float64
            Site frame.
        height_m : (n,) float64
            Body height, the same in all rows of a person.
        rate_hz, origin, description
            As the attributes.

        Returns
        -------
        Crowd
            People in ascending order of their ids.
        """
        order = np.lexsort((frame, person_id))
        ids, start, length = np.unique(person_id[order], return_index=True, return_counts=True)
        kept = length >= 2
        rows = order[np.repeat(kept, length)]
        first_row = order[start[kept]]
        return cls(
            person_id=ids[kept],
            first_frame=frame[first_row],
            length=length[kept].astype(np.int64),
            position_m=position_m[rows],
            height_m=height_m[first_row],
            rate_hz=rate_hz,
            origin=origin,
            description=description,
        )

    def __len__(self) -> int:
        return len(self.person_id)

    @property
    def duration_s(self) -> float:
        """From the start of the run to the last frame of the last person."""
        return float(np.max(self.first_frame + self.length - 1, initial=0) / self.rate_hz)

    @cached_property
    def row(self) -> NDArray[np.int64]:
        """Shape (p,): where each person's positions start in ``position_m``."""
        return np.cumsum(self.length) - self.length

    @cached_property
    def frame_of_row(self) -> NDArray[np.int64]:
        """Shape (sum(length),): the frame of each position."""
        shift = np.repeat(self.first_frame - self.row, self.length)
        return np.arange(len(self.position_m), dtype=np.int64) + shift

    def steps_m(self) -> NDArray[np.float64]:
        """Every person's displacements from frame to frame, one person after the other.

        Returns
        -------
        (sum(length) - p, 2) float64
            Metres.
        """
        same_person = np.ones(len(self.position_m), dtype=bool)
        same_person[self.row] = False
        return np.diff(self.position_m, axis=0)[same_person[1:]]

    def trimmed(self, duration_s: float) -> Crowd:
        """Only what happens up to ``duration_s``."""
        kept = self.frame_of_row <= duration_s * self.rate_hz + 1e-6
        return Crowd.from_frames(
            np.repeat(self.person_id, self.length)[kept],
            self.frame_of_row[kept],
            self.position_m[kept],
            np.repeat(self.height_m, self.length)[kept],
            rate_hz=self.rate_hz,
            origin=self.origin,
            description=self.description,
        )

    def moved(self, position_m: NDArray[np.float64]) -> Crowd:
        """The same people at other positions, shape (sum(length), 2)."""
        return replace(self, position_m=position_m)

    def at(self, time_s: float) -> Present:
        """Who is on the floor at one instant, where, and how fast.

        Positions are linear between frames.  Velocities are central differences at the frames
        (one-sided at a person's first and last), linear in between, so that they are continuous.

        Parameters
        ----------
        time_s : float
            Since the start of the run.

        Returns
        -------
        Present
            Everybody from their first to their last frame inclusive.
        """
        frame = time_s * self.rate_hz
        # 0.3 s at 10 Hz is frame 3, not 3.0000000000000004: a last frame must not be missed.
        if abs(frame - round(frame)) < 1e-6:
            frame = round(frame)
        person = self._perhaps_present(frame)
        since = frame - self.first_frame[person]
        last = self.length[person] - 1
        here = (since >= 0) & (since <= last)
        person, since, last = person[here], since[here], last[here]
        step = np.minimum(since.astype(np.int64), last - 1)
        share = (since - step)[:, np.newaxis]

        row = self.row[person]
        before, start, end, after = (
            self.position_m[row + np.clip(step + offset, 0, last)] for offset in (-1, 0, 1, 2)
        )
        frames_to_end = np.where(step > 0, 2, 1)[:, np.newaxis]
        frames_from_start = np.where(step + 1 < last, 2, 1)[:, np.newaxis]
        at_start, at_end = (end - before) / frames_to_end, (after - start) / frames_from_start
        return Present(
            person=person,
            position_m=start + share * (end - start),
            velocity_m_s=(at_start + share * (at_end - at_start)) * self.rate_hz,
        )

    def _perhaps_present(self, frame: float) -> NDArray[np.int64]:
        """The people of the second that holds a frame."""
        second = int(frame // self._frames_per_second)
        bounds, person = self._seconds
        if not 0 <= second < len(bounds) - 1:
            return np.empty(0, dtype=np.int64)
        return person[bounds[second] : bounds[second + 1]]

    @property
    def _frames_per_second(self) -> int:
        return max(1, round(self.rate_hz))

    @cached_property
    def _seconds(self) -> _Seconds:
        """Built once, so that `at` looks only at the people of one second, not of the run."""
        first = self.first_frame // self._frames_per_second
        last = (self.first_frame + self.length - 1) // self._frames_per_second
        count = last - first + 1
        person = np.repeat(np.arange(len(self), dtype=np.int64), count)
        second = np.arange(len(person)) + np.repeat(first - (np.cumsum(count) - count), count)
        order = np.argsort(second, kind="stable")
        bounds = np.searchsorted(second[order], np.arange(np.max(last, initial=-1) + 2))
        return _Seconds(bounds.astype(np.int64), person[order])
