"""From frames of a walk to looks at the person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clearway.domain import seconds
from clearway.errors import ArgumentError
from clearway.nodes.curtain import CurtainPipeline, Looked, Person
from clearway.nodes.curtain.figures import Stage
from clearway.site.schema import Site
from tests.nodes.curtain.making import (
    SETTINGS,
    Scene,
    Walker,
    bright_spots,
    curtain_of,
    noise,
)


def looks_of(scene: Scene, pipeline: CurtainPipeline | None = None) -> list[Looked]:
    used = pipeline or scene.pipeline()
    return [look for frame in scene.frames() for look in used.step(frame)]


def off_m(scene: Scene, walker: Walker, look: Looked) -> float:
    true = walker.at(seconds(look.time_ns - scene.start_ns))
    return float(np.hypot(look.place_m[0] - true[0], look.place_m[1] - true[1]))


@pytest.mark.parametrize("n_panels", [1, 2])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_walker_is_found_followed_and_placed(
    station: Site, n_panels: int, direction: int
) -> None:
    walker = Walker((16.0 - 0.85 * direction, 3.0), (1.4 * direction, 0.0))
    scene = Scene(curtain_of(station, n_panels=n_panels), (walker,))
    looks = looks_of(scene)
    assert {look.person.id for look in looks} == {1}
    assert len(looks) > 9 * n_panels
    assert max(off_m(scene, walker, look) for look in looks) < 0.12
    late = looks[len(looks) // 2 :]
    assert all(abs(look.person.velocity_m_s[0] - 1.4 * direction) < 0.3 for look in late)
    # The first panel looks south: who walks east shows it the left side.
    sides = {look.reading.panel: look.reading.place for look in late}
    expected = "left" if direction > 0 else "right"
    assert str(sides["panel 0"]).startswith((expected, "lower_back", "chest", "abdomen", "back"))


def test_what_stands_out_is_seen_from_both_sides(station: Site) -> None:
    scene = Scene(curtain_of(station, n_panels=2), (Walker(armed=True),))
    looks = looks_of(scene)
    handgun = np.array([look.reading.ratios[1] for look in looks])
    assert (handgun > 0).mean() > 0.9
    assert {look.reading.panel for look in looks} == {"panel 0", "panel 1"}


def test_an_empty_scene_says_nothing_and_refreshes_the_background(station: Site) -> None:
    scene = Scene(curtain_of(station), (), n_steps=40)
    pipeline = scene.pipeline()
    drift = noise(np.random.default_rng(9), scene.room[0].shape, 0.4)
    for frame in scene.frames():
        changed = replace(frame, samples=frame.samples + drift)
        assert pipeline.step(changed) == ()
    learnt = -pipeline.panels[0].background.echo(scene.room[0])
    share = np.vdot(drift, learnt).real / np.vdot(drift, drift).real
    # For 1.9 of the 3.9 seconds, with a time constant of 60.
    assert share == pytest.approx(1 - np.exp(-1.9 / 60), rel=0.2)


def test_a_tracker_spares_the_coarse_pass_and_says_who_is_who(station: Site) -> None:
    walker = Walker()
    scene = Scene(curtain_of(station), (walker,))
    pipeline = scene.pipeline()
    seen: list[Looked] = []
    for frame in scene.frames():
        place = walker.at(seconds(frame.time_ns - scene.start_ns))
        seen += pipeline.step(frame, [Person(77, place, walker.velocity_m_s, 0.1)])
    assert len(seen) == scene.n_steps
    assert {look.person.id for look in seen} == {77}
    assert max(off_m(scene, walker, look) for look in seen) < 0.12
    assert pipeline.step(next(scene.frames()), []) == ()


def test_who_is_beside_the_lane_or_of_unknown_direction_is_not_imaged(station: Site) -> None:
    scene = Scene(curtain_of(station))
    pipeline = scene.pipeline()
    frame = next(scene.frames())
    unknown = Person(1, (16.0, 3.0), (0.0, 0.0), 3.0)
    beside = Person(2, (16.0, 0.5), (1.4, 0.0), 0.1)
    assert pipeline.step(frame, [unknown, beside]) == ()
    assert pipeline.times.total_s[Stage.IMAGE] == 0.0
    assert pipeline.in_space((16.0, 3.0))
    assert not pipeline.in_space((16.0, 0.5))


def test_two_people_are_two(station: Site) -> None:
    walkers = (Walker((15.4, 2.7)), Walker((16.7, 3.3), (-1.4, 0.0)))
    scene = Scene(curtain_of(station), walkers, n_steps=7)
    looks = looks_of(scene)
    assert {look.person.id for look in looks} == {1, 2}
    shown = [look for look in looks if look.confirmed]
    assert len(shown) >= 6
    for look in shown:
        assert min(off_m(scene, walker, look) for walker in walkers) < 0.12


def test_dead_channels_are_left_out(station: Site) -> None:
    scene = Scene(curtain_of(station))
    array = scene.radar.panels[0].array
    live = ~np.isin(array.channels[:, 0], [2, 5])
    pipeline = CurtainPipeline(
        scene.radar, bright_spots(), scene.calibrations(), live=[live], settings=SETTINGS
    )
    assert pipeline.panels[0].dead_share == pytest.approx(2 / 48)
    frames = [
        replace(
            frame,
            samples=np.where(live.reshape(24, 24), frame.samples, np.complex64(500)),
        )
        for frame in scene.frames()
    ]
    looks = [look for frame in frames for look in pipeline.step(frame)]
    assert len(looks) > 9
    assert max(off_m(scene, Walker(), look) for look in looks) < 0.12


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"panel": 3}, "the site file has 1 panels"),
        ({"samples": np.zeros((2, 2, 2), dtype=np.complex64)}, "has shape"),
        ({"samples": np.full((31, 24, 24), np.nan, dtype=np.complex64)}, "NaN"),
    ],
    ids=["panel", "shape", "nan"],
)
def test_a_frame_that_cannot_be_is_refused(
    station: Site, change: dict[str, object], problem: str
) -> None:
    scene = Scene(curtain_of(station))
    frame = replace(next(scene.frames()), **change)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=problem):
        scene.pipeline().step(frame)


def test_what_does_not_fit_the_radar_is_refused(station: Site) -> None:
    scene = Scene(curtain_of(station))
    with pytest.raises(ArgumentError, match="one per panel"):
        CurtainPipeline(scene.radar, bright_spots(), [])
    with pytest.raises(ArgumentError, match="channels that work"):
        CurtainPipeline(
            scene.radar, bright_spots(), scene.calibrations(), live=[np.zeros(576, dtype=bool)]
        )
    with pytest.raises(ArgumentError, match="threads"):
        replace(SETTINGS, threads=0)
