from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError, InputError
from clearway.recognition import FrameReading, Recogniser, View, Volume
from clearway.recognition.evaluation import NamedModel, PassageTruth
from clearway.recognition.model_folder import MODEL_FILE, folder_of
from clearway.recognition.model_schema import LimitTable, SpaceTable
from clearway.recognition.quality import Examination, Reason
from clearway.recognition.readings import examined_share, most_likely_place
from clearway.recognition.scorer import Score
from clearway.recognition.stored import (
    LabelledLook,
    SetAbout,
    frames_path,
    make_frames,
    read_frames,
    score_frames,
    write_frames,
)
from clearway.recognition.training.boosting import BoostingSettings
from clearway.recognition.training.training import train
from tests.recognition.bodies import person
from tests.recognition.stored.making import frames, truths
from tests.recognition.training_set import painted_frames

pytest.importorskip("sklearn", reason="scikit-learn comes with the extra [train]")

SETTINGS = BoostingSettings(rounds=20, least_in_leaf=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline, trained on painted people."""
    model = tmp_path_factory.mktemp("painted") / "model"
    data = model.with_name("frames")
    data.mkdir()
    write_frames(frames_path(data, 0), painted_frames())
    train([data], model, SETTINGS, pfa=0.2)
    return model


@pytest.fixture(scope="module")
def recogniser(folder: Path) -> Recogniser:
    return Recogniser.load(folder)


def walk(recogniser: Recogniser, name: str, seed: int = 5) -> list[FrameReading]:
    rng = np.random.default_rng(seed)
    views = [View((x, 1.2), (1.4, 0.0), time_s=x, panel="a") for x in (-0.2, 0.0, 0.2)]
    return [recogniser.read(person(name, rng, view), view) for view in views]


@pytest.mark.parametrize(
    ("name", "threat", "places"),
    [
        ("long_gun", ThreatClass.LONG_GUN, {BodyPlace.RIGHT_TORSO}),
        ("handgun", ThreatClass.HANDGUN, {BodyPlace.RIGHT_TORSO, BodyPlace.RIGHT_HIP}),
        ("explosive", ThreatClass.EXPLOSIVE, {BodyPlace.WAIST}),
    ],
    ids=["long_gun", "handgun", "explosive"],
)
def test_each_threat_is_named_and_placed(
    recogniser: Recogniser, name: str, threat: ThreatClass, places: set[BodyPlace]
) -> None:
    reading = recogniser.passage(walk(recogniser, name))
    evidence = reading.evidence()
    assert reading.declared[0] is threat
    assert reading.place in places
    assert evidence.body_place is reading.place
    assert evidence.examined == reading.examined > 0.2
    of = dict(zip(HYPOTHESES, evidence.log_likelihood_ratio, strict=True))
    assert of["none"] == 0.0
    assert max(of, key=lambda hypothesis: of[hypothesis]) == name
    assert reading.probabilities([1.0] * 5).argmax() != 0


def test_stored_passages_read_as_live_ones(recogniser: Recogniser, tmp_path: Path) -> None:
    """Whatever the limits are, and whether the images are stored or not."""
    rng = np.random.default_rng(8)
    views = [
        View((0.3 * way, 1.2), (way * 1.4, 0.0), time_s=way, dead_share=dead, panel=panel)
        for way, dead, panel in ((1, 0.0, "a"), (-1, 0.0, "b"), (1, 0.2, "b"), (1, 0.5, "a"))
    ]
    looks = [(person("handgun", rng, view), view) for view in views]
    truths = [PassageTruth(name, "1", "handgun") for name in ("seen", "unseen")]
    kept = make_frames(
        SetAbout.of("painted", simulated=True), truths, [LabelledLook(0, *look) for look in looks]
    )
    write_frames(tmp_path / "kept.npz", kept.condensed)
    stored, _ = read_frames(tmp_path / "kept.npz")
    strict = recogniser.about.model_copy(
        update={
            "limits": dict(recogniser.about.limits)
            | {Reason.DEAD_ELEMENTS: LimitTable(good=0.0, poor=0.2)}
        }
    )
    for used in (recogniser, Recogniser(strict, recogniser.scorer)):
        live = used.passage([used.read(*look) for look in looks])
        seen, unseen = score_frames(NamedModel("one", used), stored)
        assert seen.truth == truths[0]
        assert (seen.said.n_examined, seen.said.n_frames) == (live.n_examined, 4)
        for name in ("ratios", "scores"):
            np.testing.assert_array_equal(getattr(seen.said, name), getattr(live, name))
        assert (seen.said.place, seen.said.place_share) == (live.place, live.place_share)
        assert (seen.said.examined, seen.said.declared) == (live.examined, live.declared)
        assert unseen.said.reasons == (Reason.NO_FRAME,)
        assert live.n_examined == (3 if used is recogniser else 2)


class OfTheImage:
    """A scorer that, as a network, takes the image itself."""

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:  # noqa: ARG002 - as every Scorer
        x, y, z = np.unravel_index(volume.levels_db.argmax(), volume.levels_db.shape)
        place = (volume.forward_m[x], volume.depth_m[y], volume.height_m[z])
        halves = np.array_split(volume.levels_db.ravel(), 4)
        return Score(np.array([half.mean() for half in halves], dtype=np.float64), place)


def test_a_network_reads_stored_images(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(9)
    views = [View((0.013 * way, 1.211), (way * 1.4, 0.0), time_s=way) for way in (1, -1)]
    looks = [(person("long_gun", rng, view), view) for view in views]
    kept = make_frames(
        SetAbout.of("painted", simulated=True),
        [PassageTruth("p", "1", "long_gun")],
        [LabelledLook(0, *look) for look in looks],
    )
    used = Recogniser(recogniser.about, OfTheImage())
    live = used.passage([used.read(*look) for look in looks])
    (stored,) = score_frames(NamedModel("one", used), kept)
    # Levels are rounded to 0.2 dB, evenly up and down.
    np.testing.assert_allclose(stored.said.ratios, live.ratios, atol=0.05)
    assert stored.said.place is live.place
    with pytest.raises(ArgumentError, match="without `--condensed`"):
        score_frames(NamedModel("one", used), kept.condensed)


def test_a_set_of_another_region_or_space_is_not_scored(recogniser: Recogniser) -> None:
    model = NamedModel("one", recogniser)
    kept = painted_frames().condensed
    with pytest.raises(ArgumentError, match="interest: is shape"):
        score_frames(model, frames(truths(5)))
    elsewhere = SpaceTable(lower_m=(-2.0, 0.5, 0.0))
    with pytest.raises(ArgumentError, match="space: is lower_m"):
        score_frames(model, replace(kept, about=kept.about.model_copy(update={"space": elsewhere})))


def test_nothing_speaks_against_every_threat(recogniser: Recogniser) -> None:
    reading = recogniser.passage(walk(recogniser, "none"))
    assert (reading.scores < 0).all()
    assert (reading.ratios[2:] < 0).all()
    assert reading.n_examined == reading.n_frames == 3


def test_bad_frames_say_nothing_and_say_why(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(6)
    view = View((0.0, 1.2), (1.4, 0.0), dead_share=0.5)
    bad = recogniser.read(person("long_gun", rng), view)
    assert not bad.examined
    assert not bad.ratios.any()
    reading = recogniser.passage([bad, bad])
    assert reading.reasons == (Reason.DEAD_ELEMENTS,)
    evidence = reading.evidence()
    assert evidence.examined == 0.0
    assert not any(evidence.log_likelihood_ratio)
    assert not evidence.raises_alarm
    assert recogniser.passage([]).reasons == (Reason.NO_FRAME,)


def test_bad_frames_change_nothing_beside_good_ones(recogniser: Recogniser) -> None:
    good = walk(recogniser, "handgun")
    bad = replace(good[0], examination=Examination(0.0, (Reason.OCCLUDED,)))
    alone, beside = recogniser.passage(good), recogniser.passage([bad, *good])
    assert np.array_equal(alone.ratios, beside.ratios)
    assert alone.examined == beside.examined
    assert beside.n_frames == alone.n_frames + 1


def test_both_sides_are_examined_when_both_panels_look(recogniser: Recogniser) -> None:
    one = walk(recogniser, "none")
    facing = [
        replace(
            reading,
            panel="b",
            examination=replace(
                reading.examination,
                sectors=tuple(np.roll(reading.examination.sectors, 12).tolist()),
            ),
        )
        for reading in one
    ]
    assert examined_share([*one, *facing]) == pytest.approx(2 * examined_share(one))


def test_frames_that_saw_nothing_have_no_say_in_the_place() -> None:
    good = Examination(1.0, (), (True,) * 24)
    clear = FrameReading(0.0, "a", good, np.array([9.0, 0.0, 0.0]), BodyPlace.BACK)
    blank = FrameReading(0.1, "a", good, np.array([-9.0, 0.0, 0.0]), BodyPlace.HEAD)
    place, share = most_likely_place([blank, blank, clear], ThreatClass.LONG_GUN)
    assert place is BodyPlace.BACK
    assert share > 0.99
    assert most_likely_place([], ThreatClass.HANDGUN) == (None, 0.0)


def test_training_again_gives_the_same_model(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    train([folder.with_name("frames")], again, SETTINGS, pfa=0.2)
    assert (again / "trees.npz").read_bytes() == (folder / "trees.npz").read_bytes()
    assert (again / MODEL_FILE).read_bytes() == (folder / MODEL_FILE).read_bytes()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('kind = "baseline"', 'kind = "oracle"', "kind"),
        ("format = 1", "format = 2", "format"),
        ('"long_gun",\n    "handgun"', '"handgun",\n    "long_gun"', "classes"),
        ('"image_peak_db"', '"image_peak"', "features"),
        ("decay_s = ", "decay_s = -1", "passage.decay_s"),
        ("[calibration]", "[calibration", "not valid TOML"),
        ("harmless_share", "harmless", "passage.harmless_share"),
        ("voxel_m = 0.01", "voxel_m = 0.0", "region_of_interest.voxel_m"),
        ("good = 0.0\n", "good = nan\n", "limits.outside.good"),
    ],
    ids=str,
)
def test_a_damaged_description_is_named(
    folder: Path, tmp_path: Path, before: str, after: str, message: str
) -> None:
    text = (folder / MODEL_FILE).read_text("utf-8")
    assert before in text
    (tmp_path / MODEL_FILE).write_text(text.replace(before, after), "utf-8")
    (tmp_path / "trees.npz").write_bytes((folder / "trees.npz").read_bytes())
    with pytest.raises(InputError, match=message) as caught:
        Recogniser.load(tmp_path)
    assert "remedy" in str(caught.value)


def test_weights_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / MODEL_FILE).write_bytes((folder / MODEL_FILE).read_bytes())
    with pytest.raises(InputError, match=r"trees\.npz: cannot be read"):
        Recogniser.load(tmp_path)
    (tmp_path / "trees.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="SHA-256"):
        Recogniser.load(tmp_path)


def test_a_model_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the folder of a model"):
        folder_of(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"model\.toml: cannot be read"):
        Recogniser.load(tmp_path)
