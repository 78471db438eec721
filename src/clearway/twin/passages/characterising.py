"""Passages for the figures of a curtain: echoes, images and readings of one walk at a time.

A walk is simulated with nothing, with a harmless object and with each threat, all on the same body
in the same clothes.  Some people walk beside another one, who is in the scene as a second body: the
other one hides panels from them, and the recogniser knows where the other one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from clearway.domain.body import BodyPlace
from clearway.recognition.classes import HARMLESS, NONE, THREATS
from clearway.recognition.readings import PassageReading
from clearway.scattering.settings import Settings
from clearway.site.radar import Radar
from clearway.twin.figures.conditions import Conditions, conditions_at
from clearway.twin.figures.row import PassageRow
from clearway.twin.objects import PLACE_OF_SITE, Split
from clearway.twin.passages.echoes import looks_at
from clearway.twin.passages.lane import frame_times_s, lane_limits_m, standpoint
from clearway.twin.passages.looks import Instruments
from clearway.twin.passages.people import (
    Companion,
    Load,
    Walk,
    draw_companions,
    draw_load,
    draw_walk,
)
from clearway.twin.passages.reading import (
    PlaceOf,
    Reader,
    accuracy_words,
    error_at,
    read_looks,
)
from clearway.twin.random_streams import random_stream

__all__ = ["Plan", "characterised_rows"]


@dataclass(frozen=True)
class Plan:
    """Who walks, and how it is simulated."""

    settings: Settings
    split: Split = Split.TEST_ONLY
    """Bodies, gait, clothing and objects are of this side."""
    accompanied_share: float = 0.3
    """How many walk beside somebody."""
    wet_share: float = 0.1
    most_frames: int | None = None
    """Of a passage, evenly chosen; default all that the radar takes."""

    @property
    def words(self) -> str:
        """For the provenance: all that decides the figures, besides radar and recogniser."""
        met = "never met in training" if self.split is Split.TEST_ONLY else "as in training"
        frames = "all looks" if self.most_frames is None else f"at most {self.most_frames} looks"
        return (
            f"people and objects {met}, {self.accompanied_share:.0%} beside another person, "
            f"{self.wet_share:.0%} wet, things on the body only, {frames} of each panel "
            f"({accuracy_words(self.settings)})"
        )


def characterised_rows(
    number: int, seed: int, radar: Radar, reader: Reader, place_of: PlaceOf, plan: Plan
) -> tuple[PassageRow, ...]:
    """Simulate one walk and have it read, once for each outcome.

    Parameters
    ----------
    number : int
        Of the walk; with the seed it decides everything.
    seed : int
    radar : Radar
    reader : Reader
    place_of : callable
    plan : Plan

    Returns
    -------
    tuple of PassageRow
        One with nothing, one with a harmless object, one with each threat.

    Raises
    ------
    MissingExtraError
        No Embree, or no CuPy where the settings ask for a GPU.
    """
    rng = random_stream(seed, f"characterised walk {number}")
    lane_m = lane_limits_m(radar)
    walk = draw_walk(rng, plan.split, lane_m=lane_m, wet_share=plan.wet_share)
    companions = draw_companions(
        rng, walk, plan.split, plan.accompanied_share, lane_m=lane_m, wet_share=plan.wet_share
    )
    loads = [draw_load(rng, plan.split, threat, beside=walk.pockets) for threat in (None, *THREATS)]
    instruments = Instruments(radar, rng, reader.region_of_interest)
    times_s = frame_times_s(walk, radar, rng, plan.most_frames)
    looks = looks_at(walk, loads, radar, times_s, plan.settings, companions)
    read = read_looks(looks, len(loads), instruments, reader, place_of, rng)
    conditions = _conditions(walk, companions, radar)
    return tuple(
        _row(
            number,
            walk,
            load,
            conditions,
            reader.passage([look.reading for look in seen]),
            error_at(seen, 0.0),
        )
        for load, seen in zip([None, *loads], read, strict=True)
    )


def _conditions(walk: Walk, companions: Sequence[Companion], radar: Radar) -> Conditions:
    """At the moment in front of the first panel's middle."""
    panel = radar.panels[0]
    first = panel.frame
    here = standpoint(walk, radar, panel, 0.0)
    others = [
        standpoint(other.walk, radar, panel, other.ahead_s).position_m for other in companions
    ]
    places = first.to_site([[*place, 0.0] for place in (here.position_m, *others)])[:, :2]
    velocity = first.directions_to_site([*here.velocity_m_s, 0.0])[:2]
    return conditions_at([panel.frame for panel in radar.panels], places[0], velocity, places[1:])


def _row(
    number: int,
    walk: Walk,
    load: Load | None,
    conditions: Conditions,
    said: PassageReading,
    error_m: NDArray[np.float64],
) -> PassageRow:
    evidence = said.evidence()
    x_m, y_m = error_m.tolist()
    carried = None if load is None else load.carried
    outcome = NONE if carried is None else HARMLESS if carried.threat is None else carried.threat
    return PassageRow(
        walk=number,
        outcome=str(outcome),
        object_kind=carried.kind if carried else "",
        object_family=carried.family if carried else "",
        object_size_m=max(carried.size_m) if carried else nan,
        true_place=BodyPlace(PLACE_OF_SITE[load.site]) if load else None,
        body=walk.body.name,
        clothing=walk.outfit.family.name,
        wet=walk.outfit.wet,
        speed_m_s=conditions.speed_m_s,
        distance_m=conditions.distance_m,
        direction=int(conditions.direction),
        occlusion=conditions.occlusion,
        n_frames=said.n_frames,
        n_examined=said.n_examined,
        examined=said.examined,
        log_likelihood_ratio=evidence.log_likelihood_ratio,
        declared=said.declared,
        said_place=said.place,
        error_x_m=x_m,
        error_y_m=y_m,
    )
