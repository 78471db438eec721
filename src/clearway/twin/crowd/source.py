"""The one entry point of a run: simulated people, a demand list, or a recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from clearway.errors import Fault, InputError, MissingExtraError
from clearway.site.schema import Site
from clearway.twin.crowd.arrivals import Arrivals, arrivals_at, is_demand, read_demand
from clearway.twin.crowd.packaged import (
    PACKAGED_DURATION_S,
    PACKAGED_RATE_PER_MIN,
    packaged_recording,
)
from clearway.twin.crowd.people import Crowd
from clearway.twin.crowd.placement import lay_along_walkway, place
from clearway.twin.crowd.recordings import read_recording
from clearway.twin.crowd.simulated import simulate

DEFAULT_DURATION_S = 180.0
"""Length of a simulated crowd, unless the user says otherwise."""
WARM_UP_S = 40.0
"""Simulated before frame 0, so that the floor is not empty at the start."""
LAST_WALK_S = 90.0
"""Time for the last person of a list of arrivals to walk through."""


def open_crowd(
    site: Site,
    *,
    crowd_file: Path | None = None,
    rate_per_min: float | None = None,
    duration_s: float | None = None,
    rng: np.random.Generator,
    on_progress: Callable[[float], None] | None = None,
    on_message: Callable[[str], None] = lambda _: None,
) -> Crowd:
    """Get the people of a run.

    Parameters
    ----------
    site : Site
        Floor, flows, placement and the crowd's settings.
    crowd_file : Path, optional
        A demand list, whose people are simulated, or a recording, which is placed in the site.
        Without it people are simulated: at ``rate_per_min`` if given, else at the site's
        ``arrivals_s``, else at the site's rate.
    rate_per_min : float, optional
        Mean Poisson arrivals per minute; not for a file, which says when people come.
    duration_s : float, optional
        Length of the crowd.  Default: all of a recording, 90 s after the last of listed
        arrivals, 180 s otherwise.
    rng : numpy.random.Generator
        The same generator state gives the same crowd.
    on_progress : callable, optional
        Is given the simulated share, from 0 to 1.
    on_message : callable
        Is given plain sentences that the user must read.

    Returns
    -------
    Crowd
        In the site frame.

    Raises
    ------
    InputError
        The file cannot be used, or does not fit the site.
    MissingExtraError
        People must be simulated, JuPedSim is not installed, and the packaged recording is not
        what was asked for.
    """
    if crowd_file is None:
        return _simulated(site, rate_per_min, duration_s, rng, on_progress, on_message)
    if rate_per_min is not None:
        raise InputError(
            crowd_file,
            Fault(
                f"a rate of {rate_per_min:g} per minute contradicts the file, which says when "
                "people come",
                "leave out either the rate or the file",
            ),
        )
    if is_demand(crowd_file):
        crowd = _walk_list(site, read_demand(crowd_file), duration_s, rng, on_progress)
        return replace(crowd, description=f"demand list {crowd_file.name}: {crowd.description}")
    crowd = place(read_recording(crowd_file, site.crowd.recording), site, crowd_file)
    if duration_s is None:
        return crowd
    if duration_s > crowd.duration_s:
        on_message(f"the recording ends after {crowd.duration_s:.1f} s")
    return crowd.trimmed(duration_s)


def _simulated(
    site: Site,
    rate_per_min: float | None,
    duration_s: float | None,
    rng: np.random.Generator,
    on_progress: Callable[[float], None] | None,
    on_message: Callable[[str], None],
) -> Crowd:
    times_s = site.crowd.arrivals_s
    try:
        if times_s is not None and rate_per_min is None:
            arrivals = arrivals_at(np.array(times_s))
            return _walk_list(site, arrivals, duration_s, rng, on_progress)
        return simulate(
            site,
            rng,
            duration_s=DEFAULT_DURATION_S if duration_s is None else duration_s,
            rate_per_min=rate_per_min,
            warm_up_s=WARM_UP_S,
            on_progress=on_progress,
        )
    except MissingExtraError:
        crowd = _packaged_for(site, rate_per_min, duration_s)
        if crowd is None:
            raise
    on_message(
        f"people are {crowd.description}: {PACKAGED_RATE_PER_MIN:g} arrivals per minute, two-way"
    )
    return crowd if duration_s is None else crowd.trimmed(duration_s)


def _packaged_for(site: Site, rate_per_min: float | None, duration_s: float | None) -> Crowd | None:
    """The packaged recording laid into the site, if it is what was asked for and fits."""
    if rate_per_min not in (None, PACKAGED_RATE_PER_MIN):
        return None
    if duration_s is not None and duration_s > PACKAGED_DURATION_S:
        return None
    try:
        # A [crowd.placement] belongs to the user's own recording, not to this one.
        return lay_along_walkway(packaged_recording(), site)
    except InputError:
        return None


def _walk_list(
    site: Site,
    arrivals: Arrivals,
    duration_s: float | None,
    rng: np.random.Generator,
    on_progress: Callable[[float], None] | None,
) -> Crowd:
    """Simulate listed arrivals, by default until the last has walked through."""
    last_s = float(np.max(arrivals.time_s, initial=0.0))
    return simulate(
        site,
        rng,
        duration_s=last_s + LAST_WALK_S if duration_s is None else duration_s,
        arrivals=arrivals,
        on_progress=on_progress,
    )
