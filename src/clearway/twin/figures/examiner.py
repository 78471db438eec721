"""Examinations that are passages of the figures, in the place of assumed rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from math import isnan

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Evidence, ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HYPOTHESES
from clearway.errors import ArgumentError
from clearway.recognition.classes import HARMLESS
from clearway.site.schema import Curtain
from clearway.site.view_frame import ViewFrame
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.examining import NOT_EXAMINED, Examination, noise_m
from clearway.twin.figures.conditions import Conditions, conditions_at
from clearway.twin.figures.drawing import PassageDraw, Person, outcomes_of
from clearway.twin.figures.file import Figures, radar_digest

__all__ = ["DrawnPassages", "both", "draw_people"]

_NEIGHBOUR_M = 4.0
"""Whoever is farther away hides no panel from a person."""
_FIREARMS = (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)


class DrawnPassages:
    """Draws each examination from the passages of a file of figures.

    Of a person with a firearm and explosives, one passage of each is drawn: the first tells of
    firearms, the second of explosives.  Where the site file states no radar, nothing is known of
    the place of the panels: distance and occlusion then make no difference.

    Parameters
    ----------
    sensor : Curtain
    crowd : Crowd
    loads : Loads
    people : sequence of Person
        The same at all curtains of a run, see `draw_people`.
    figures : Figures
    rng : numpy.random.Generator
        The sensor's own stream.

    Raises
    ------
    ArgumentError
        Figures of another radar than the site file states for this curtain.
    """

    def __init__(
        self,
        sensor: Curtain,
        crowd: Crowd,
        loads: Loads,
        people: Sequence[Person],
        figures: Figures,
        rng: np.random.Generator,
    ) -> None:
        _check_radar(sensor, figures)
        self._sensor = sensor
        self._crowd = crowd
        self._loads = loads
        self._people = people
        self._draw = PassageDraw(figures.rows)
        self._rng = rng
        self._frames = _frames(sensor)

    def examine(self, person: int, time_s: float, position_m: NDArray[np.float64]) -> Examination:
        """Draw an examination under the conditions of the crossing."""
        conditions = self._conditions(person, time_s, position_m)
        noise = noise_m(self._sensor.error_model.sigma_m, self._rng)
        if not self._draw.covers(conditions):
            return Examination(NOT_EXAMINED, noise)
        outcomes = outcomes_of(int(self._loads.hypothesis[person]))
        drawn = [
            self._draw.draw(outcome, self._people[person], conditions, self._rng)
            for outcome in outcomes
        ]
        evidence = drawn[0].evidence
        if len(drawn) > 1:
            evidence = both(evidence, drawn[1].evidence)
        first = self._turned(drawn[0].error_x_m, drawn[0].error_y_m, noise)
        return Examination(evidence, chain([first], self._later(outcomes[0], person, conditions)))

    def _later(
        self, outcome: str, person: int, conditions: Conditions
    ) -> Iterator[NDArray[np.float64]]:
        noise = noise_m(self._sensor.error_model.sigma_m, self._rng)
        while True:
            row = self._draw.draw(outcome, self._people[person], conditions, self._rng)
            yield self._turned(row.error_x_m, row.error_y_m, noise)

    def _turned(
        self, x_m: float, y_m: float, noise: Iterator[NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """A measured error in the site frame; assumed noise where the image showed no place."""
        if isnan(x_m):
            return next(noise)
        return self._frames[0].directions_to_site([x_m, y_m, 0.0])[:2]

    def _conditions(
        self, person: int, time_s: float, position_m: NDArray[np.float64]
    ) -> Conditions:
        present = self._crowd.at(time_s)
        row = int(np.flatnonzero(present.person == person)[0])
        away_m = np.linalg.norm(present.position_m - position_m, axis=1)
        near = (away_m < _NEIGHBOUR_M) & (present.person != person)
        return conditions_at(
            self._frames,
            position_m,
            present.velocity_m_s[row],
            present.position_m[near],
            panels_known=self._sensor.radar is not None,
        )


def both(firearm: Evidence, explosive: Evidence) -> Evidence:
    """What is said of a person with a firearm and explosives, of a passage with each.

    The ratios of firearms are those of the one, of explosives those of the other; of both they are
    the mean of the likelihoods, as the recogniser itself has it, and of a harmless object the mean
    of the two logarithms.  If neither passage was examined, nothing is said.
    """
    if not (firearm.examined and explosive.examined):
        seen = firearm if firearm.examined else explosive
        return seen if seen.examined else NOT_EXAMINED
    of = dict(zip(HYPOTHESES, firearm.log_likelihood_ratio, strict=True))
    other = dict(zip(HYPOTHESES, explosive.log_likelihood_ratio, strict=True))
    of[ThreatClass.EXPLOSIVE] = other[ThreatClass.EXPLOSIVE]
    of[HARMLESS] = (of[HARMLESS] + other[HARMLESS]) / 2
    for kind in _FIREARMS:
        (cell,) = set(CLASS_MEMBERS[kind]) & set(CLASS_MEMBERS[ThreatClass.EXPLOSIVE])
        of[HYPOTHESES[cell]] = float(
            np.logaddexp(of[kind], of[ThreatClass.EXPLOSIVE]) - np.log(2.0)
        )
    named = tuple(threat for threat in firearm.declared if threat in _FIREARMS)
    blast = tuple(threat for threat in explosive.declared if threat not in _FIREARMS)
    return replace(
        firearm,
        log_likelihood_ratio=tuple(of[name] for name in HYPOTHESES),
        examined=(firearm.examined + explosive.examined) / 2,
        declared=named + blast,
        body_place=firearm.body_place if named else explosive.body_place if blast else None,
    )


def draw_people(count: int, rng: np.random.Generator) -> tuple[Person, ...]:
    """What stays the same of each person of a crowd at all curtains."""
    return tuple(Person(load, clothing) for load, clothing in rng.random((count, 2)).tolist())


def _frames(sensor: Curtain) -> tuple[ViewFrame, ...]:
    if sensor.radar is None:
        x_m, y_m, _ = sensor.position_m
        return (ViewFrame((x_m, y_m), sensor.heading_deg),)
    return tuple(
        ViewFrame(panel.position_m[:2], panel.heading_deg) for panel in sensor.radar.panels
    )


def _check_radar(sensor: Curtain, figures: Figures) -> None:
    if sensor.radar is None or radar_digest(sensor.radar) == figures.provenance.radar_sha256:
        return
    problem = f"{figures.file} was made with another radar than that of `{sensor.id}`"
    raise ArgumentError("figures", problem, "make it anew with `clearway curtain characterise`")
