"""How good a recogniser is: figures of an evaluation, from scores and truth.

Pure numbers in, dataclasses out: `ScoredPassages` holds the evaluation, the other modules say
what follows from it; `pictures` draws.
"""

from clearway.recognition.scoring.passages import ScoredPassages

__all__ = ["ScoredPassages"]
