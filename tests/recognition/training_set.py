"""A small training set of painted people."""

from __future__ import annotations

from functools import cache

import numpy as np

from clearway.recognition import View
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.evaluation import PassageTruth
from clearway.recognition.stored import Frames, LabelledLook, SetAbout, make_frames
from tests.recognition.bodies import THINGS, person

N_BODIES, N_FRAMES = 10, 2


@cache
def painted_frames() -> Frames:
    """Ten people who each walk by with everything in turn, seen twice."""
    rng = np.random.default_rng(20)
    truths, looks = [], []
    for body in range(N_BODIES):
        noise_db = float(rng.uniform(-28.0, -24.0))
        for outcome in OUTCOMES:
            truths.append(PassageTruth(f"{body} with {outcome}", f"body {body}", outcome))
            thing = THINGS[outcome]
            for number in range(N_FRAMES):
                x_m = float(rng.uniform(-0.3, 0.3))
                view = View((x_m, 1.2), (1.4, 0.0), time_s=number / 10)
                place_m = None
                if thing is not None and outcome != "harmless_object":
                    place_m = (x_m + thing.middle_m[0], 1.0, thing.middle_m[1])
                volume, clean = (
                    person(name, rng, view, noise_db=noise_db) for name in (outcome, "none")
                )
                looks.append(LabelledLook(len(truths) - 1, volume, view, place_m, clean))
    return make_frames(SetAbout.of("painted people", simulated=True), truths, looks)
