"""A curtain whose passages are simulated, read by a stand-in for a trained recogniser."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError
from clearway.scattering.settings import Settings
from clearway.site.radar_schema import RadarTable
from clearway.site.schema import Curtain, Site
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.curtain import line_crossings
from clearway.twin.examining import Examination
from clearway.twin.passages.crowd_passages import CurtainPhysics, SimulatedPassages
from clearway.twin.passages.crowd_walks import Cast
from clearway.twin.passages.lane import REACH_M
from tests.support.builders import crowd_of, straight
from tests.support.passages import radar_beside
from tests.support.stand_in import COARSE, StandIn, off_by

pytest.importorskip("embreex", reason="needs the extra with Embree")

SPEED_M_S, NORTH_M, NEAR_PANEL_M, FAR_PANEL_M = 1.25, 3.2, 1.7, 4.3
PLACE_ERROR_M = 4.5 * 0.05


@pytest.fixture(scope="module")
def radar() -> RadarTable:
    """Long waves need few facets."""
    return radar_beside(16.0).model_copy(update={"start_hz": 2e9, "stop_hz": 4e9})


@pytest.fixture(scope="module")
def sensor(station: Site, radar: RadarTable) -> Curtain:
    return station.curtains[0].model_copy(update={"radar": radar})


def physics_of(reader: StandIn | None = None, most_looks: int | None = 1) -> CurtainPhysics:
    used = reader or StandIn()
    named = ("some/model", "model (stand-in 1)", "ab" * 32)
    return CurtainPhysics(used, off_by, *named, COARSE, most_looks)


def passages_of(
    sensor: Curtain, crowd: Crowd, physics: CurtainPhysics, hypothesis: str = "none", seed: int = 1
) -> SimulatedPassages:
    held = np.full(len(crowd), HYPOTHESES.index(hypothesis))
    cast = Cast(Loads(held, (frozenset(),) * len(crowd)), seed)
    return SimulatedPassages(sensor, crowd, cast, seed, physics)


def examined(
    station: Site, passages: SimulatedPassages, crowd: Crowd, person: int = 0
) -> Examination:
    crossings = line_crossings(crowd, station.line(station.curtains[0].trigger_line))
    row = int(np.flatnonzero(crossings.person == person)[0])
    return passages.examine(person, float(crossings.time_s[row]), crossings.position_m[row])


def passer(
    north_m: float = NORTH_M, speed_m_s: float = SPEED_M_S, east_m: float = 14.0
) -> NDArray[np.float64]:
    return straight((east_m, north_m), (speed_m_s, 0.0), 60)


@pytest.fixture(scope="module")
def passed(station: Site, sensor: Curtain) -> tuple[Examination, StandIn]:
    """Somebody alone, and all that the recogniser was given."""
    crowd, reader = crowd_of((0, passer())), StandIn()
    return examined(station, passages_of(sensor, crowd, physics_of(reader, 3)), crowd), reader


def test_the_radar_looks_at_the_person_of_the_crowd(passed: tuple[Examination, StandIn]) -> None:
    _, reader = passed
    assert [view.panel for view in reader.views] == ["0", "1"] * 3
    for view in reader.views:
        way = 1.0 if view.panel == "0" else -1.0
        near_m = NORTH_M - NEAR_PANEL_M if view.panel == "0" else FAR_PANEL_M - NORTH_M
        along_m = way * SPEED_M_S * view.time_s
        assert view.person_m == pytest.approx((along_m, near_m), abs=PLACE_ERROR_M)
        assert view.velocity_m_s == pytest.approx((way * SPEED_M_S, 0.0), abs=4.5 * 0.1)
        assert abs(along_m) <= REACH_M
        assert view.others_m == ()


def test_the_recogniser_decides_what_the_curtain_says(passed: tuple[Examination, StandIn]) -> None:
    evidence, reader = passed[0].evidence, passed[1]
    assert evidence == reader.passage(()).evidence()
    assert evidence.declared == (ThreatClass.HANDGUN,)
    assert evidence.body_place is BodyPlace.WAIST


def test_errors_of_facing_panels_cancel(passed: tuple[Examination, StandIn]) -> None:
    """Each panel is off to its own right and away from itself; the mean is the tracker's error."""
    for error_m in islice(passed[0].errors_m, 3):
        assert np.abs(error_m).max() < PLACE_ERROR_M


def test_whoever_is_beside_is_in_the_scene_where_the_crowd_says(
    station: Site, sensor: Curtain
) -> None:
    """Somebody 0.7 m to the north and 0.2 m behind; another one beyond the second panel."""
    crowd = crowd_of(
        (0, passer()), (0, passer(NORTH_M + 0.7, east_m=13.8)), (0, passer(FAR_PANEL_M + 1.0))
    )
    reader = StandIn()
    examined(station, passages_of(sensor, crowd, physics_of(reader)), crowd)
    for view in reader.views:
        way = 1.0 if view.panel == "0" else -1.0
        ((x_m, y_m),) = view.others_m
        off = (x_m - view.person_m[0], y_m - view.person_m[1])
        assert off == pytest.approx((way * -0.2, way * 0.7), abs=2 * PLACE_ERROR_M)


def test_what_is_carried_is_in_the_image(station: Site, sensor: Curtain) -> None:
    crowd, contrasts = crowd_of((0, passer())), set()
    for hypothesis in ("none", "long_gun", "long_gun_explosive"):
        reader = StandIn()
        examined(station, passages_of(sensor, crowd, physics_of(reader), hypothesis), crowd)
        contrasts.add(tuple(reader.contrasts_db))
    assert len(contrasts) == 3


def test_nobody_outside_of_the_lane_is_looked_at(station: Site, sensor: Curtain) -> None:
    crowd, reader = crowd_of((0, passer(1.0))), StandIn()
    found = examined(station, passages_of(sensor, crowd, physics_of(reader)), crowd)
    assert found.evidence.examined == 0.0
    assert reader.views == []
    assert np.isfinite(next(found.errors_m)).all()


def test_without_a_good_look_nothing_is_said_and_the_place_is_assumed(
    station: Site, sensor: Curtain
) -> None:
    crowd, reader = crowd_of((0, passer())), StandIn(sees=False)
    found = examined(station, passages_of(sensor, crowd, physics_of(reader)), crowd)
    assert reader.views
    assert found.evidence.examined == 0.0
    assert not found.evidence.declared
    one, two = islice(found.errors_m, 2)
    assert np.abs([one, two]).max() < 4.5 * sensor.error_model.sigma_m
    assert not np.array_equal(one, two)


def test_passages_are_the_same_ahead_of_time_and_alone(station: Site, sensor: Curtain) -> None:
    crowd = crowd_of((0, passer()), (25, passer(3.0, -SPEED_M_S, 18.0)))
    crossings = line_crossings(crowd, station.line(sensor.trigger_line))

    def contrasts(seed: int, *, ahead: bool) -> list[float]:
        reader = StandIn()
        passages = passages_of(sensor, crowd, physics_of(reader), seed=seed)
        if ahead:
            done = passages.simulate(crossings.person, crossings.time_s, crossings.position_m)
            assert list(done) == crossings.person.tolist()
        looks = len(reader.views)
        examined(station, passages, crowd, person=1)
        assert (len(reader.views) == looks) == ahead
        return reader.contrasts_db[-2:]

    alone = contrasts(1, ahead=False)
    assert alone == contrasts(1, ahead=True)
    assert alone != contrasts(2, ahead=False)


def test_a_curtain_needs_a_radar(station: Site) -> None:
    with pytest.raises(ArgumentError, match="`curtain-west` has no radar table"):
        passages_of(station.curtains[0], crowd_of((0, passer())), physics_of())


def test_the_source_and_the_record_tell_what_was_simulated() -> None:
    physics = physics_of()
    for part in ("model (stand-in 1)", "abababababab", "at most 1 looks", "never met in training"):
        assert part in physics.source
    assert physics.record["most_looks"] == 1
    assert "accuracy" not in physics.record
    whole = replace(physics, settings=Settings.training(), most_looks=None)
    assert whole.record["accuracy"] == "training"
    assert replace(whole, settings=Settings()).record["accuracy"] == "reference"
    assert "all looks" in whole.source
