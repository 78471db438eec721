from __future__ import annotations

import importlib
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.recognition.baseline import Trees
from clearway.recognition.classes import CLASSES
from clearway.recognition.training.boosting import BoostingSettings, train_trees

pytest.importorskip("sklearn", reason="scikit-learn comes with the extra [train]")

SETTINGS = BoostingSettings(rounds=15, least_in_leaf=3, seed=4)


def samples(n: int, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    classes = np.arange(n) % len(CLASSES)
    features = rng.normal(size=(n, 6))
    features[:, 0] += 2.0 * classes
    features[:, 1] -= 2.0 * (classes == 2)
    return features, classes


@pytest.fixture(scope="module")
def trees() -> Trees:
    return train_trees(*samples(400, 1), SETTINGS)


def test_plain_trees_score_as_scikit_learn_does(monkeypatch: pytest.MonkeyPatch) -> None:
    ensemble = importlib.import_module("sklearn.ensemble")
    kept: list[Any] = []
    original = ensemble.GradientBoostingClassifier

    def keeping(**settings: Any) -> Any:
        kept.append(original(**settings))
        return kept[-1]

    monkeypatch.setattr(ensemble, "GradientBoostingClassifier", keeping)
    trees = train_trees(*samples(400, 1), SETTINGS)
    probe, _ = samples(500, 2)
    assert np.abs(trees.logits(probe) - kept[0].decision_function(probe)).max() < 1e-9


def test_new_samples_are_mostly_told_apart(trees: Trees) -> None:
    features, classes = samples(400, 3)
    assert (trees.logits(features).argmax(axis=1) == classes).mean() > 0.7


def test_the_same_seed_gives_the_same_trees(trees: Trees) -> None:
    again = train_trees(*samples(400, 1), SETTINGS)
    assert all(
        np.array_equal(getattr(trees, field.name), getattr(again, field.name))
        for field in fields(Trees)
    )


def test_a_rare_class_is_found_all_the_same() -> None:
    features, classes = samples(800, 5)
    rare = (classes != 3) | (np.arange(len(classes)) % 16 == 3)
    found = train_trees(features[rare], classes[rare], SETTINGS)
    probe, truth = samples(800, 6)
    assert (found.logits(probe).argmax(axis=1) == 3)[truth == 3].mean() > 0.6


@given(st.integers(0, 2**32 - 1))
def test_damaged_trees_are_refused_or_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (3, 7)
    arrays: dict[str, Any] = {
        "feature": rng.integers(-2, 8, shape),
        "left": rng.integers(-2, 9, shape),
        "right": rng.integers(-2, 9, shape),
        "threshold": rng.normal(size=shape),
        "value": rng.normal(size=shape),
        "of_class": rng.integers(0, 4, 3),
    }
    try:
        trees = Trees(**arrays, n_features=6)
    except ArgumentError:
        return
    assert np.isfinite(trees.logits(rng.normal(size=(5, 6)))).all()


@pytest.mark.parametrize("name", ["left", "feature", "value", "of_class"])
def test_refusals(trees: Trees, name: str) -> None:
    damaged = getattr(trees, name).copy()
    damaged[...] = np.inf if name == "value" else 999
    with pytest.raises(ArgumentError, match="do not exist"):
        replace(trees, **{name: damaged})
    with pytest.raises(ArgumentError, match=r"have nodes of shapes|do not exist"):
        replace(trees, **{name: getattr(trees, name)[:1, ...][..., :0]})
