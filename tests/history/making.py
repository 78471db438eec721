"""Pictures of halls that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from clearway.domain import Mark, TrackPicture, nanoseconds
from clearway.history import TrackRecorder
from clearway.history.columns import SCHEMA, compact

START_NS = 1_800_000_000_000_000_000
"""Eight o'clock."""
SECOND_NS = nanoseconds(1.0)
HOUR_NS = 3600 * SECOND_NS

NAMES = [name for name in SCHEMA.names if name != "time_ns"]


def picture(time_ns: int, people: int = 3, seed: int = 0) -> TrackPicture:
    """A picture that depends on nothing but its arguments."""
    random = np.random.default_rng([seed, time_ns % (1 << 63), people])
    x_m, y_m = random.uniform(-50.0, 50.0, (2, people))
    velocity_x_m_s, velocity_y_m_s = random.normal(0.0, 1.3, (2, people))
    threat, examined_curtain, examined_trace = random.random((3, people))
    return TrackPicture(
        time_ns,
        np.sort(random.choice(1000, people, replace=False)),
        x_m,
        y_m,
        velocity_x_m_s,
        velocity_y_m_s,
        random.uniform(0.01, 1.0, people),
        threat,
        examined_curtain,
        examined_trace,
        random.integers(0, len(Mark), people),
    )


def every(
    step_s: float, start_ns: int = START_NS, count: int = 100, people: int = 3
) -> list[TrackPicture]:
    """Pictures at a steady pace; each fourth shows an empty floor."""
    return [
        picture(start_ns + number * nanoseconds(step_s), people if number % 4 else 0)
        for number in range(count)
    ]


def record(recorder: TrackRecorder, pictures: Iterable[TrackPicture]) -> None:
    """Add them, and let the disk have what is due once a second."""
    due_ns = None
    for one in pictures:
        recorder.add(one)
        if due_ns is None or one.time_ns >= due_ns:
            recorder.write_due(one.time_ns)
            due_ns = one.time_ns + SECOND_NS


def keys(pictures: Iterable[TrackPicture]) -> list[tuple[int | bytes, ...]]:
    """All that a picture says, as it is kept; to be compared."""
    return [
        (one.time_ns, *(np.asarray(getattr(one, name)).tobytes() for name in NAMES))
        for one in map(compact, pictures)
    ]


def times(pictures: Iterable[TrackPicture]) -> list[int]:
    """When they were."""
    return [one.time_ns for one in pictures]


def files(folder: Path) -> list[Path]:
    """All files below a folder, hidden ones too."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def small_histories() -> st.SearchStrategy[Sequence[TrackPicture]]:
    """Up to a few dozen pictures at any pace, within some hours, some of nobody."""
    steps = st.lists(
        st.tuples(st.sampled_from([1, 80_000_000, SECOND_NS, 200 * SECOND_NS]), st.integers(0, 3)),
        max_size=40,
    )
    return steps.map(_walk)


def _walk(steps: Sequence[tuple[int, int]]) -> list[TrackPicture]:
    at_ns = START_NS + HOUR_NS - 5 * SECOND_NS
    found = []
    for step_ns, people in steps:
        at_ns += step_ns
        found.append(picture(at_ns, people))
    return found
