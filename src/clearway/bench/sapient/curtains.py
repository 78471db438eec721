"""What the curtains send of the people who walk past them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clearway.bench.sapient.load import LENGTH_M, Load
from clearway.domain import Detection, nanoseconds
from clearway.site.schema import Curtain, Site
from clearway.twin.carriers import draw_loads
from clearway.twin.crowd.people import Crowd, Origin
from clearway.twin.curtain import CurtainTwin
from clearway.twin.random_streams import random_stream

__all__ = ["curtain_readings", "walking_crowd"]

_FRAMES_HZ = 10.0


def walking_crowd(load: Load) -> Crowd:
    """The walkers of the whole run, each way through the corridor a person's."""
    walkers = load.walkers()
    frames = np.arange(int(load.duration_s * _FRAMES_HZ) + 1)
    lap = np.array([walkers.laps(frame / _FRAMES_HZ) for frame in frames])
    place = np.array([walkers.at(frame / _FRAMES_HZ) for frame in frames])
    # No lap of one walker has the number of another's.
    person = (lap - lap.min()) * len(walkers) + np.arange(len(walkers))
    return Crowd.from_frames(
        person.ravel(),
        np.repeat(frames, len(walkers)),
        place.reshape(-1, 2),
        np.tile(walkers.height_m, len(frames)),
        rate_hz=_FRAMES_HZ,
        origin=Origin.SIMULATED,
        description=f"{len(walkers)} people on lanes of their own, {LENGTH_M:g} m each way",
    )


def curtain_readings(
    site: Site, load: Load, curtain: Curtain, start_ns: int
) -> Iterator[tuple[int, list[Detection]]]:
    """Looks and readings of one curtain from ``start_ns`` on, as the twin's curtain has them.

    Yields
    ------
    (int, list of Detection)
        UTC at which it sends, in ascending order, and what: one look at one person.
    """
    crowd = walking_crowd(load)
    carried = draw_loads(
        len(crowd),
        site.crowd.carriers,
        site.trace_sensors,
        random_stream(load.seed, "carriers"),
    )
    twin = CurtainTwin(
        curtain,
        site.line(curtain.trigger_line),
        crowd,
        carried,
        random_stream(load.seed, f"sensor {curtain.id}"),
        start_ns,
    )
    looks = [one.detection for one in twin.sense(nanoseconds(load.duration_s))]
    for look in sorted(looks, key=lambda look: look.received_ns):
        yield look.received_ns, [look]
