"""A curtain whose passages come from figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from clearway.domain import HYPOTHESES, Evidence, ThreatClass, nanoseconds
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError, InputError
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES
from clearway.site.radar_schema import RadarTable
from clearway.site.reading import load_site, site_to_toml
from clearway.site.schema import Curtain, Site
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.curtain import CurtainTwin
from clearway.twin.figures.examiner import DrawnPassages, both, draw_people
from clearway.twin.figures.file import read_figures
from clearway.twin.figures.row import PassageRow
from clearway.twin.observation import Observation
from clearway.twin.world import World
from tests.support.builders import crowd_of, straight
from tests.support.passages import (
    all_but,
    figures_file,
    not_examined,
    one_of_each,
    passage_row,
    radar_beside,
    with_figures,
)

PEOPLE = 1_000
SIGMAS = 4.5
ALARMS = {NONE: 0.02, HARMLESS: 0.2, "long_gun": 0.95, "handgun": 0.8, "explosive": 0.9}
"""Share of the passages with each outcome in which something is declared."""
NOT_SEEN = 0.1


def queue(count: int = PEOPLE, speed_m_s: float = 1.3, north_m: float = 3.0) -> Crowd:
    """People who cross the western line one after the other."""
    walk = straight((15.0, north_m), (speed_m_s, 0.0), 40)
    return crowd_of(*((100 * number, walk) for number in range(count)))


def rows_of_known_rates(count: int = 200) -> list[PassageRow]:
    """Rows of each outcome: some not examined, some alarms of the right class, or of handguns."""
    rows = []
    for outcome in OUTCOMES:
        unseen = round(NOT_SEEN * count)
        alarms = round(ALARMS[outcome] * count)
        threat = ThreatClass(outcome) if outcome in list(ThreatClass) else ThreatClass.HANDGUN
        rows += [not_examined(outcome)] * unseen
        rows += [passage_row(outcome, threat)] * min(alarms, count - unseen)
        rows += [passage_row(outcome)] * max(count - unseen - alarms, 0)
    return rows


def observed(
    station: Site,
    path: Path,
    hypothesis: str,
    crowd: Crowd,
    *,
    radar: RadarTable | None = None,
    seed: int = 1,
    **error: object,
) -> list[Observation]:
    """What the western curtain says of a crowd that all carry the same."""
    sensor = with_figures(station.curtains[0], path, radar)
    model = sensor.error_model.model_copy(update={"ghost_alarms_per_hour": 0.0} | error)
    sensor = sensor.model_copy(update={"error_model": model})
    count = len(crowd)
    loads = Loads(np.full(count, HYPOTHESES.index(hypothesis)), (frozenset(),) * count)
    rng = np.random.default_rng(seed)
    people = draw_people(count, np.random.default_rng(7))
    examiner = DrawnPassages(sensor, crowd, loads, people, read_figures(path), rng)
    line = station.line(sensor.trigger_line)
    twin = CurtainTwin(sensor, line, crowd, loads, rng, 0, examiner)
    return twin.sense(nanoseconds(crowd.duration_s + 1.0))


def evidences(observations: Sequence[Observation]) -> list[Evidence]:
    found = [one.detection.evidence for one in observations]
    assert None not in found
    return [known for known in found if known is not None]


def close(count: int, share: float, cases: int = PEOPLE) -> bool:
    return abs(count - share * cases) <= SIGMAS * sqrt(cases * share * (1.0 - share))


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return queue()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return figures_file(tmp_path_factory.mktemp("figures") / "f.parquet", rows_of_known_rates())


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_rates_are_those_of_the_file(station: Site, path: Path, crowd: Crowd, outcome: str) -> None:
    found = evidences(observed(station, path, outcome, crowd))
    assert len(found) == PEOPLE
    assert close(sum(one.examined == 0.0 for one in found), NOT_SEEN)
    assert close(sum(one.raises_alarm for one in found), min(ALARMS[outcome], 1.0 - NOT_SEEN))


def test_a_firearm_and_explosives_are_found_by_a_passage_of_each(
    station: Site, path: Path, crowd: Crowd
) -> None:
    found = evidences(observed(station, path, "handgun_explosive", crowd))
    # One passage is enough to be examined; a reading names a threat where its own passage did.
    assert close(sum(one.examined == 0.0 for one in found), NOT_SEEN**2)
    for threat, share in ((ThreatClass.HANDGUN, 0.8), (ThreatClass.EXPLOSIVE, 0.9)):
        assert close(sum(threat in one.declared for one in found), share)


def test_both_takes_each_channel_from_its_passage() -> None:
    handgun = passage_row("handgun", ThreatClass.HANDGUN, ThreatClass.EXPLOSIVE).evidence
    explosive = passage_row(
        "explosive", ThreatClass.LONG_GUN, ThreatClass.EXPLOSIVE, said_place=BodyPlace.TORSO
    ).evidence
    joint = both(handgun, explosive)
    assert joint.declared == (ThreatClass.HANDGUN, ThreatClass.EXPLOSIVE)
    assert joint.body_place is BodyPlace.WAIST
    of = dict(zip(HYPOTHESES, joint.log_likelihood_ratio, strict=True))
    assert of["none"] == 0.0
    assert (of["handgun"], of["long_gun"], of["explosive"]) == (5.0, 0.0, 5.0)
    assert of["handgun_explosive"] == pytest.approx(5.0)
    assert of["long_gun_explosive"] == pytest.approx(np.log((1.0 + np.exp(5.0)) / 2.0))
    unseen = not_examined("explosive").evidence
    assert both(handgun, unseen) == handgun
    assert both(unseen, unseen).examined == 0.0


@pytest.mark.parametrize("speed_m_s", [0.8, 1.8])
def test_slow_people_get_slow_passages(station: Site, tmp_path: Path, speed_m_s: float) -> None:
    slow = [passage_row("handgun", ThreatClass.HANDGUN, speed_m_s=0.8)] * 20
    fast = [passage_row("handgun", speed_m_s=1.8)] * 20
    path = figures_file(tmp_path / "f.parquet", [*all_but("handgun"), *slow, *fast])
    found = evidences(observed(station, path, "handgun", queue(100, speed_m_s)))
    assert sum(one.raises_alarm for one in found) == (100 if speed_m_s < 1.0 else 0)


@pytest.mark.parametrize(("north_m", "alarms"), [(2.7, 40), (3.4, 0)])
def test_near_people_get_near_passages(
    station: Site, tmp_path: Path, north_m: float, alarms: int
) -> None:
    radar = radar_beside(16.0)
    near = [passage_row("handgun", ThreatClass.HANDGUN, distance_m=1.0)] * 20
    far = [passage_row("handgun", distance_m=1.7)] * 20
    rows = [*all_but("handgun", distance_m=0.8), *near, *far]
    path = figures_file(tmp_path / "f.parquet", rows, radar)
    found = evidences(observed(station, path, "handgun", queue(40, 1.3, north_m), radar=radar))
    assert sum(one.raises_alarm for one in found) == alarms


def test_whoever_passes_outside_the_lane_is_not_examined(station: Site, tmp_path: Path) -> None:
    radar = radar_beside(16.0)
    path = figures_file(tmp_path / "f.parquet", one_of_each(), radar)
    for north_m, examined in ((2.9, True), (4.0, False)):
        (one,) = evidences(observed(station, path, "handgun", queue(1, 1.3, north_m), radar=radar))
        assert (one.examined > 0.0) == examined


def test_hidden_people_get_hidden_passages(station: Site, tmp_path: Path) -> None:
    radar = radar_beside(16.0)
    hidden = [not_examined("handgun", occlusion=0.3)] * 20
    clear = [passage_row("handgun", ThreatClass.HANDGUN)] * 20
    path = figures_file(
        tmp_path / "f.parquet", [*all_but("handgun", distance_m=0.8), *hidden, *clear], radar
    )
    walk = straight((15.0, 2.9), (1.3, 0.0), 40)
    beside = straight((15.0, 2.4), (1.3, 0.0), 40)
    for crowd, alarms in ((crowd_of((0, walk)), 1), (crowd_of((0, walk), (0, beside)), 0)):
        found = observed(station, path, "handgun", crowd, radar=radar)
        own = evidences([one for one in found if one.person == 0])
        assert sum(one.raises_alarm for one in own) == alarms


def test_positions_err_as_in_the_file(station: Site, tmp_path: Path) -> None:
    radar = radar_beside(16.0)
    # The second panel's frame is turned by half a circle; errors are told in the first one's.
    rows = one_of_each(error_x_m=0.04, error_y_m=-0.25)
    path = figures_file(tmp_path / "f.parquet", rows, radar)
    found = observed(
        station, path, "handgun", queue(3, 1.3, 2.9), radar=radar,
        bias_sigma_m=0.0, looks=3, look_interval_s=0.1,
    )  # fmt: skip
    assert len(found) == 9
    for number, one in enumerate(found):
        true_m = np.array([16.0 + 0.13 * (number % 3), 2.9])
        off = np.array([one.detection.x_m, one.detection.y_m]) - true_m
        assert off == pytest.approx([0.04, -0.25], abs=1e-6)


def test_without_a_measured_place_the_noise_is_assumed(station: Site, tmp_path: Path) -> None:
    rows = [not_examined(outcome) for outcome in OUTCOMES]
    path = figures_file(tmp_path / "f.parquet", rows)
    found = observed(station, path, "none", queue(500), bias_sigma_m=0.0, sigma_m=0.2)
    off = np.array([(one.detection.x_m - 16.0, one.detection.y_m - 3.0) for one in found])
    assert abs(off.std() - 0.2) < SIGMAS * 0.2 / np.sqrt(2 * off.size)


def test_equal_seeds_give_equal_observations(station: Site, path: Path) -> None:
    crowd = queue(100)
    one, two, other = (observed(station, path, "handgun", crowd, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_figures_of_another_radar_are_refused(station: Site, path: Path) -> None:
    with pytest.raises(ArgumentError, match="another radar"):
        observed(station, path, "none", queue(1), radar=radar_beside(16.0))


def site_of(station: Site, path: Path) -> Site:
    sensors = tuple(
        with_figures(sensor, path) if isinstance(sensor, Curtain) else sensor
        for sensor in station.sensors
    )
    return station.model_copy(update={"sensors": sensors})


def test_a_person_carries_the_same_at_both_curtains(station: Site, tmp_path: Path) -> None:
    """Of two kinds of harmless object one always alarms: the curtains then agree."""
    loud = [passage_row(HARMLESS, ThreatClass.HANDGUN, object_family="loud") for _ in range(20)]
    quiet = [passage_row(HARMLESS, object_family="quiet") for _ in range(20)]
    path = figures_file(tmp_path / "f.parquet", [*all_but(HARMLESS), *loud, *quiet])
    carriers = station.crowd.carriers.model_copy(
        update={"share": 0.0, "harmless_object_share": 1.0}
    )
    site = site_of(station, path)
    site = site.model_copy(update={"crowd": site.crowd.model_copy(update={"carriers": carriers})})
    count = 60
    crowd = crowd_of(*((20 * n, straight((14.0, 3.0), (1.3, 0.0), 100)) for n in range(count)))
    said: dict[int, list[bool]] = {person: [] for person in range(count)}
    world = World(site, crowd, seed=1, only={"curtain-west", "curtain-east"})
    for _, observations in world.observations(crowd.duration_s, 10.0, 1):
        for one in observations:
            if one.person in said:
                assert one.detection.evidence is not None
                said[one.person].append(one.detection.evidence.raises_alarm)
    assert all(len(alarms) == 2 and alarms[0] == alarms[1] for alarms in said.values())
    assert 0 < sum(alarms[0] for alarms in said.values()) < count


def test_the_world_tells_where_its_figures_come_from(station: Site, path: Path) -> None:
    world = World(site_of(station, path), queue(1), seed=1)
    assert world.figures_source == {
        curtain.id: read_figures(path).source for curtain in station.curtains
    }
    assert World(station, queue(1), seed=1).figures_source == {}
    with pytest.raises(InputError, match="cannot be read"):
        World(site_of(station, path.with_name("absent.parquet")), queue(1), seed=1)


def test_the_site_file_names_figures_beside_it(station: Site, tmp_path: Path, path: Path) -> None:
    folder = tmp_path / "sites"
    folder.mkdir()
    text = site_to_toml(site_of(station, Path("figures/f.parquet")))
    file = folder / "station.toml"
    file.write_text(text)
    site = load_site(file)
    assert {curtain.figures for curtain in site.curtains} == {str(folder / "figures/f.parquet")}
    file.write_text(site_to_toml(site))
    assert load_site(file) == site
    assert "figures =" not in site_to_toml(station)


def test_what_one_passage_says_is_sent_as_it_is(station: Site, tmp_path: Path) -> None:
    row = passage_row("long_gun", ThreatClass.LONG_GUN, examined=0.7)
    rows = [replace(one) if one.outcome != "long_gun" else row for one in one_of_each()]
    path = figures_file(tmp_path / "f.parquet", rows)
    (found,) = evidences(observed(station, path, "long_gun", queue(1)))
    assert found == row.evidence
