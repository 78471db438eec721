"""What training takes from stored looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.recognition.baseline import Baseline
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.features import FEATURES
from clearway.recognition.scoring.exact import upper_bound
from clearway.recognition.stored.frames import class_of
from clearway.recognition.training.boosting import BoostingSettings, train_trees
from clearway.recognition.training.cell_samples import cell_samples, guessed, most_suspect
from clearway.recognition.training.fitting import fit_rest, passages_of
from clearway.recognition.training.split import split_by_body
from tests.recognition.stored.making import frames, truths
from tests.recognition.training_set import painted_frames


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=60).filter(
        lambda names: len(set(names)) >= 3
    ),
    st.integers(0, 2**32 - 1),
)
def test_no_body_is_in_two_parts_and_none_is_lost(names: list[str], seed: int) -> None:
    body = np.array(names)
    parts = split_by_body(body, (0.5, 0.3, 0.2), np.random.default_rng(seed))
    assert (np.sum(parts, axis=0) == 1).all()
    bodies = [set(body[part]) for part in parts]
    assert all(bodies)
    assert sum(map(len, bodies)) == len(set(names))


def test_too_few_bodies_are_refused() -> None:
    with pytest.raises(ArgumentError, match="more bodies"):
        split_by_body(np.array(["a", "a"]), (0.5, 0.5), np.random.default_rng(1))


def test_looks_are_grouped_by_passage_and_ordered_by_time() -> None:
    drawn = frames(truths(3), 3, passage=np.array([2, 0, 0, 2, 0, 2, 2, 0, 0]))
    ratios = np.arange(27.0).reshape(9, 3)
    (first, second), outcomes, bodies = passages_of(drawn, ratios)
    assert [OUTCOMES[number] for number in outcomes] == ["none", "long_gun"]
    assert bodies == ["body 0", "body 0"]
    assert (np.diff(first.time_s) >= 0).all()
    assert sorted(first.ratios[:, 0].tolist()) == [3.0, 6.0, 12.0, 21.0, 24.0]
    assert sorted(second.ratios[:, 0].tolist()) == [0.0, 9.0, 15.0, 18.0]
    assert set(second.panel.tolist()) <= {0, 1}
    assert passages_of(drawn.chosen(np.zeros(9, dtype=bool)), ratios[:0])[0] == []


def test_cells_teach_what_shows_in_them() -> None:
    painted = painted_frames()
    features, classes = cell_samples(painted, np.random.default_rng(1))
    assert features.shape == (len(classes), len(FEATURES))
    assert np.isfinite(features).all()
    assert np.bincount(classes).argmax() == 0
    # Everything that shows is there, the bodies around it only in part.
    carried = class_of(painted.outcome)
    for number in (1, 2, 3):
        assert (classes == number).sum() == painted.changed[carried == number].sum()


def test_what_shows_nowhere_cannot_be_taught() -> None:
    painted = painted_frames()
    hidden = replace(painted, changed=np.zeros_like(painted.changed))
    with pytest.raises(ArgumentError, match="no long_gun"):
        cell_samples(hidden, np.random.default_rng(1))


def test_the_cells_of_recorded_threats_are_found() -> None:
    """Nobody says where a threat shows: many of the guesses are right all the same."""
    painted = painted_frames()
    nowhere = np.zeros_like(painted.changed)
    recorded = replace(painted, changed=nowhere, compared=np.zeros(len(painted), np.bool_))
    samples = cell_samples(guessed(recorded), np.random.default_rng(1))
    settings = BoostingSettings(rounds=20, least_in_leaf=10)
    first = Baseline(train_trees(samples.features, samples.classes, settings))
    found = most_suspect(recorded, first).changed
    rows = recorded.unlocated
    assert rows.sum() == 60
    assert not found[~rows].any()
    truth = painted.changed[rows]
    assert truth[found[rows]].mean() > 3 * truth.mean()


def test_every_threshold_says_what_it_was_set_on() -> None:
    drawn = frames(truths(80, n_bodies=8))
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(len(drawn), 4))
    logits[np.arange(len(drawn)), drawn.classes] += 2.0
    for pfa, alarms in ((0.001, 0), (0.25, 8)):
        fitted = fit_rest(drawn, logits, pfa, np.random.default_rng(1))
        assert set(fitted.support) == set(THREATS)
        for support in fitted.support.values():
            assert (support.n_passages, support.n_bodies) == (32, 8)
            assert (support.asked_pfa, support.alarms) == (pfa, alarms)
            assert support.highest_pfa == upper_bound(alarms, 32)
