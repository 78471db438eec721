"""The recogniser: a trained model behind two calls, one per frame and one per passage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clearway.domain import ThreatClass
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.correlation import PassageFrames
from clearway.recognition.model_folder import folder_of, read_model
from clearway.recognition.model_schema import ModelFile
from clearway.recognition.places import place_name
from clearway.recognition.quality import Examination, examine
from clearway.recognition.readings import (
    FrameReading,
    PassageReading,
    examined_share,
    most_likely_place,
    why_not,
)
from clearway.recognition.scorer import Score, Scorer
from clearway.recognition.view import Glance, View
from clearway.recognition.volume import Volume

__all__ = ["Recogniser"]


class Recogniser:
    """Says what people carry; `load` reads a trained one.

    Parameters
    ----------
    about : ModelFile
    scorer : Scorer
        Its baseline or its network.
    """

    def __init__(self, about: ModelFile, scorer: Scorer) -> None:
        self.about = about
        self.region_of_interest = about.region_of_interest.build()
        """Which voxels to image around a person."""
        self.scorer = scorer
        self._calibration = about.calibration.build()
        self._passage = about.passage.build()
        self.limits = about.built_limits()
        """Of the quality of views."""
        self.space = about.built_space()
        """Where the middle of a body may be."""

    @classmethod
    def load(cls, name: Path | str, *, threads: int = 2) -> Recogniser:
        """Read a model.

        Parameters
        ----------
        name : Path or str
            A folder, or the name of a model that comes with Clearway.
        threads : int
            That a network may use.

        Raises
        ------
        InputError
            A folder that is absent, damaged or of another version.
        MissingExtraError
            A network without onnxruntime.
        """
        return cls(*read_model(folder_of(name), threads))

    def read(self, volume: Volume, view: View) -> FrameReading:
        """Read one frame.

        Parameters
        ----------
        volume : Volume
            Of this recogniser's `region_of_interest`.
        view : View
            The same as the volume's box was placed by.

        Returns
        -------
        FrameReading
            Says nothing, and why, where the view was not good enough.
        """
        examination = examine(volume, view, self.limits, self.space)
        score = self.scorer.score(volume, view.height_m) if examination.adequate else None
        return self.reading(Glance.of(view), examination, score)

    def reading(self, look: Glance, examination: Examination, score: Score | None) -> FrameReading:
        """What scores mean: the second half of `read`, for scores that are there already.

        Parameters
        ----------
        look : Glance
        examination : Examination
            By this recogniser's `limits`.
        score : Score or None
            Of its `scorer`; None where the view was not good enough.
        """
        if score is None or not examination.adequate:
            silent = np.zeros(len(THREATS))
            return FrameReading(look.time_s, look.panel, examination, silent)
        ratios = self._calibration.ratios(score.logits)
        likeliest = THREATS[int(ratios.argmax())]
        place = place_name(
            *score.place_m,
            right_side=look.forward > 0,
            person_height_m=look.height_m,
            around=likeliest is ThreatClass.EXPLOSIVE,
        )
        return FrameReading(look.time_s, look.panel, examination, ratios, place)

    def passage(self, readings: Sequence[FrameReading]) -> PassageReading:
        """Combine all frames of one person's walk through the curtain.

        Parameters
        ----------
        readings : sequence of FrameReading
            Of one or several panels, in any order.

        Returns
        -------
        PassageReading
            Not examined where no frame was good enough.
        """
        good = [reading for reading in readings if reading.examined]
        panels = sorted({reading.panel for reading in good})
        frames = PassageFrames(
            np.array([reading.ratios for reading in good]).reshape(-1, len(THREATS)),
            np.array([reading.time_s for reading in good], dtype=np.float64),
            np.array([panels.index(reading.panel) for reading in good], dtype=np.int64),
        )
        if not good:
            return PassageReading(
                ratios=np.zeros(len(OUTCOMES)),
                scores=np.zeros(len(THREATS)),
                examined=0.0,
                reasons=why_not(readings),
                n_frames=len(readings),
            )
        raw = self._passage.raw_ratios(frames)
        scores = self._passage.scores(raw)
        place, share = most_likely_place(good, THREATS[int(scores.argmax())])
        return PassageReading(
            ratios=np.concatenate(([0.0], self._passage.bounded(raw))),
            scores=scores,
            examined=examined_share(good),
            reasons=(),
            declared=self._declared(dict(zip(THREATS, scores.tolist(), strict=True))),
            place=place,
            place_share=share,
            n_frames=len(readings),
            n_examined=len(good),
        )

    def _declared(self, scores: dict[ThreatClass, float]) -> tuple[ThreatClass, ...]:
        passed = [
            threat
            for threat, threshold in self.about.thresholds.items()
            if scores[threat] >= threshold
        ]
        return tuple(sorted(passed, key=lambda threat: -scores[threat]))
