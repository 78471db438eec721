"""A small training set of painted people."""

from __future__ import annotations

from functools import cache

import numpy as np

from clearway.recognition import View
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.training.frames import Frames
from tests.recognition.bodies import THINGS, outcome_number, person

N_BODIES, N_FRAMES = 10, 2


@cache
def painted_frames() -> Frames:
    """Ten people who each walk by with everything in turn, seen twice."""
    rng = np.random.default_rng(20)
    rows = []
    for body in range(N_BODIES):
        noise_db = float(rng.uniform(-28.0, -24.0))
        for outcome in OUTCOMES:
            thing = THINGS[outcome]
            place = (np.nan,) * 3
            if thing is not None and outcome != "harmless_object":
                place = (thing.middle_m[0], -0.2, thing.middle_m[1])
            for number in range(N_FRAMES):
                view = View((float(rng.uniform(-0.3, 0.3)), 1.2), (1.4, 0.0))
                levels = person(outcome, rng, view, noise_db=noise_db).quantised()
                rows.append((levels, outcome, body, number, place))
    n = len(rows)
    return Frames(
        levels=np.array([row[0] for row in rows]),
        outcome=np.array([outcome_number(row[1]) for row in rows]),
        body=np.array([f"body {row[2]}" for row in rows]),
        passage=np.array([f"{row[2]} with {row[1]}" for row in rows]),
        time_s=np.array([row[3] / 10 for row in rows]),
        panel=np.zeros(n, dtype=np.int64),
        examined=np.ones(n),
        person_height_m=np.full(n, 1.72),
        place_m=np.array([row[4] for row in rows]),
        shown=np.full(len(rows), np.nan),
    )
