"""Scoring passages of any source, and everything that follows from the scores.

====================  ======================================================================
File                  Purpose
====================  ======================================================================
``truth.py``          what is known of a passage; what a source of passages must offer
``scored.py``         a passage and what was said of it; files of such
``scoring_run.py``    several models over many passages, resumable
``arrays.py``         passages as arrays, with the labels of strata
``calibration.py``    whether probabilities come true, at several priors
``evaluation.py``     all figures of one model
====================  ======================================================================
"""

from clearway.recognition.evaluation.evaluation import Evaluation, evaluate
from clearway.recognition.evaluation.scored import ScoredPassage, read_scored, write_scored
from clearway.recognition.evaluation.scoring_run import NamedModel, score_missing, score_passage
from clearway.recognition.evaluation.truth import Passage, PassageTruth

__all__ = [
    "Evaluation",
    "NamedModel",
    "Passage",
    "PassageTruth",
    "ScoredPassage",
    "evaluate",
    "read_scored",
    "score_missing",
    "score_passage",
    "write_scored",
]
