"""What is known of each person: a plain Bayes update with an uncertain owner of the evidence.

Let b_i(h) be the belief of person i over the hypotheses h, r(h) the reading's likelihood ratio
against "none" and w_i the probability by position that the reading is of person i.  Exactly one
person was examined, so with the evidence value m_i = sum_h b_i(h) r(h)::

    w_i' = w_i m_i / (sum_j w_j m_j + w_none m_none)          whose reading it is
    b_i'(h) = w_i' b_i(h) r(h) / m_i + (1 - w_i') b_i(h)      what it says of person i

An untracked person has the site's prior.  The marginals are exact for one reading; several
readings are combined as if the marginals were independent between people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from clearway.domain import Attribution, Belief, Evidence, Modality
from clearway.domain.threat import HARMLESS_OBJECT
from clearway.site.schema import Prior

_LARGEST_EXPONENT = 700.0
"""Of `numpy.exp` in double precision, without overflow."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one reading led to."""

    by_position: Attribution
    """Whose reading it is, by position alone: the w_i above."""
    attribution: Attribution
    """Whose reading it is, by position and by what it says: the w_i' above."""
    ratio: NDArray[np.float64]
    """Shape (7,): r(h), up to a factor that keeps `joint` within range."""
    before: NDArray[np.float64]
    """Shape (n + 1, 7): b_i(h), the beliefs before the reading; last "nobody tracked"."""

    @property
    def weights(self) -> NDArray[np.float64]:
        """Shape (n + 1,): w_i, last w_none."""
        return np.array([*self.by_position.probabilities, self.by_position.none])

    @property
    def joint(self) -> NDArray[np.float64]:
        """Shape (n + 1, 7): w_i b_i(h) r(h), whose reading it is and what that person carries."""
        return self.weights[:, None] * self.before * self.ratio

    @property
    def source_threat(self) -> float:
        """Probability that the person examined carries a threat, whoever it is."""
        joint = self.joint
        return float(joint[:, 1:HARMLESS_OBJECT].sum() / joint.sum())


class BeliefKeeper:
    """Keeps the belief of every tracked person.

    Parameters
    ----------
    prior : Prior
        The site's prior.
    """

    def __init__(self, prior: Prior) -> None:
        self._prior = prior_probabilities(prior)
        self._beliefs: dict[int, Belief] = {}
        self._unexamined = Belief(self._prior, self._prior, {})

    def of(self, track_id: int) -> Belief:
        """Belief of one person; of a person never examined, the prior."""
        return self._beliefs.get(track_id, self._unexamined)

    def update(self, evidence: Evidence, by_position: Attribution) -> Judgement:
        """Take one reading into account.

        Parameters
        ----------
        evidence : Evidence
        by_position : Attribution
            The w_i above.

        Returns
        -------
        Judgement
        """
        beliefs = [self.of(track_id) for track_id in by_position.track_ids]
        # Nothing is ruled out for ever.
        before = np.maximum(
            [belief.probabilities for belief in [*beliefs, self._unexamined]],
            np.finfo(float).tiny,
        )
        # In logarithms, so that very sure sensors do not overflow.
        log_ratio = np.asarray(evidence.log_likelihood_ratio)
        told = np.log(before) + log_ratio
        with np.errstate(divide="ignore"):
            log_joint = told + np.log([*by_position.probabilities, by_position.none])[:, None]
        conditional = softmax(told, axis=1)
        source = softmax(logsumexp(log_joint, axis=1))
        for track_id, belief, share, given in zip(
            by_position.track_ids, beliefs, source[:-1], conditional[:-1], strict=True
        ):
            self._beliefs[track_id] = Belief(
                share * given + (1 - share) * belief.probabilities,
                self._prior,
                _examined(belief, evidence, float(share)),
            )
        return Judgement(
            by_position,
            Attribution(by_position.track_ids, tuple(source[:-1].tolist()), float(source[-1])),
            np.exp(np.minimum(log_ratio - log_joint.max(), _LARGEST_EXPONENT)),
            before,
        )

    def exchange(self, one_id: int, other_id: int, probability: float) -> None:
        """Two people may have exchanged their tracks: so may what is known of them.

        With s the probability of the exchange, b_i' = (1 - s) b_i + s b_j, and likewise for j and
        for the examined shares.
        """
        if self._beliefs.keys().isdisjoint((one_id, other_id)):
            return
        one, other = self.of(one_id), self.of(other_id)
        self._beliefs[one_id] = _mixed(one, other, probability)
        self._beliefs[other_id] = _mixed(other, one, probability)

    def forget(self, track_ids: set[int]) -> None:
        """Delete what is known of people who have left."""
        for track_id in track_ids & self._beliefs.keys():
            del self._beliefs[track_id]

    @property
    def known(self) -> set[int]:
        """Tracks of which anything beyond the prior is known."""
        return set(self._beliefs)

    @property
    def prior(self) -> Belief:
        """Belief of a person never examined."""
        return self._unexamined


def prior_probabilities(prior: Prior) -> NDArray[np.float64]:
    """The site's prior as a vector over `HYPOTHESES`.

    Returns
    -------
    (7,) float64
        The remainder after all threats is split between "none" and "harmless object".

    Examples
    --------
    >>> prior_probabilities(Prior(handgun=0.1, long_gun=0.0, explosive=0.1, harmless_object=0.25,
    ...                           source="an example")).round(3).tolist()
    [0.6, 0.1, 0.1, 0.0, 0.0, 0.0, 0.2]
    """
    cells = np.array(
        [
            prior.explosive,
            prior.handgun,
            prior.handgun_explosive,
            prior.long_gun,
            prior.long_gun_explosive,
        ]
    )
    clear = 1.0 - cells.sum()
    harmless = clear * prior.harmless_object
    return np.array([clear - harmless, *cells, harmless])


def _mixed(belief: Belief, other: Belief, share: float) -> Belief:
    """What is known of a person who is another one with probability ``share``."""
    return Belief(
        (1.0 - share) * belief.probabilities + share * other.probabilities,
        belief.prior,
        {
            modality: (1.0 - share) * belief.examined.get(modality, 0.0)
            + share * other.examined.get(modality, 0.0)
            for modality in sorted(belief.examined.keys() | other.examined.keys())
        },
    )


def _examined(belief: Belief, evidence: Evidence, share: float) -> dict[Modality, float]:
    """Expected examined share per modality after a reading that is this person's by ``share``."""
    examined = dict(belief.examined)
    if evidence.examined > 0.0:
        before = examined.get(evidence.modality, 0.0)
        examined[evidence.modality] = max(before, share * evidence.examined)
    return examined
