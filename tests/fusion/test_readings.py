import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.threat import CLASS_MEMBERS
from clearway.fusion.readings import RecognitionModel, trace_evidence, trace_readings
from clearway.site.schema import Curtain, RecognitionRates, Site, Substance

DECLARATIONS = list(itertools.product(range(3), range(2)))
EXPLOSIVE = HYPOTHESES.index("explosive")


def with_confusion(station: Site, confusion: float) -> Curtain:
    first = station.curtains[0]
    error = first.error_model.model_copy(update={"firearm_confusion": confusion})
    return first.model_copy(update={"error_model": error})


probability = st.floats(0.001, 0.45)
curtain_rates = st.builds(
    RecognitionRates, pd=st.floats(0.01, 0.99), pfa=probability, nuisance=probability
)


@given(st.fixed_dictionaries(dict.fromkeys(ThreatClass, curtain_rates)), st.floats(0.0, 0.5))
def test_evidence_is_a_likelihood_ratio(
    station: Site, recognition: dict[ThreatClass, RecognitionRates], confusion: float
) -> None:
    sensor = with_confusion(station, confusion)
    model = RecognitionModel.of(sensor.model_copy(update={"recognition": recognition}))
    np.testing.assert_allclose(model.firearm.sum(axis=1), 1.0)
    np.testing.assert_allclose(model.explosive.sum(axis=1), 1.0)
    total, mean = 0.0, np.zeros(7)
    for firearm, explosive in DECLARATIONS:
        share = model.firearm[0, firearm] * model.explosive[0, explosive]
        ratio = np.exp(model.evidence(firearm, explosive).log_likelihood_ratio)
        np.testing.assert_allclose(
            share * ratio, model.firearm[:, firearm] * model.explosive[:, explosive]
        )
        total += share
        mean += share * ratio
    assert total == pytest.approx(1.0)
    # The ratio's mean where nothing is carried is 1 for every hypothesis, whatever the rates.
    np.testing.assert_allclose(mean, 1.0)


def test_what_is_never_confused_is_ruled_out(station: Site) -> None:
    model = RecognitionModel.of(with_confusion(station, 0.0))
    known = model.evidence(1, 0)
    assert known.declared == (ThreatClass.HANDGUN,)
    assert known.log_likelihood_ratio[HYPOTHESES.index("long_gun")] == -np.inf
    assert known.log_likelihood_ratio[HYPOTHESES.index("handgun")] > 0.0


def test_a_harmless_object_explains_an_alarm_better_than_nothing(station: Site) -> None:
    model = RecognitionModel.of(station.curtains[0])
    for firearm, explosive in DECLARATIONS[1:]:
        ratio = model.evidence(firearm, explosive).log_likelihood_ratio
        assert ratio[HYPOTHESES.index("harmless_object")] > 0.0
    clear = model.evidence(0, 0).log_likelihood_ratio
    assert clear[0] == 0.0
    assert max(clear[1:6]) < 0.0


def test_the_possible_readings_of_a_curtain_are_all_of_them(station: Site) -> None:
    readings = RecognitionModel.of(station.curtains[0]).readings()
    assert len({reading.evidence.declared for reading in readings}) == len(DECLARATIONS)
    np.testing.assert_allclose(sum(reading.likelihood for reading in readings), 1.0)
    for reading in readings:
        said = np.exp(reading.evidence.log_likelihood_ratio)
        np.testing.assert_allclose(said, reading.likelihood / reading.likelihood[0])


share = st.floats(0.001, 0.999)
substances = st.dictionaries(
    st.sampled_from(["ammonium_nitrate", "petn", "rdx", "tnt"]),
    st.builds(Substance, pd=share, handled_share=share, innocent_share=share),
    min_size=1,
)


def ratio(found: str | None, known: dict[str, Substance], pfa: float) -> float:
    return float(np.exp(trace_evidence(known, pfa, found).log_likelihood_ratio[EXPLOSIVE]))


def innocent(found: str | None, known: dict[str, Substance], pfa: float) -> float:
    """P(reading | nothing handled), by brute force over what is on the hands and found."""
    total = 0.0
    names = sorted(known)
    for mask in np.ndindex(*(2,) * len(names)):
        share, named = 1.0, None
        for name, hit in zip(names, mask, strict=True):
            found_share = known[name].innocent_share * known[name].pd
            share *= found_share if hit else 1.0 - found_share
            named = named or (name if hit else None)
        if named is not None:
            total += share * (named == found)
        else:
            total += share * ((1.0 - pfa) if found is None else pfa / len(names))
    return total


@given(substances, share)
def test_a_shot_is_a_likelihood_ratio(known: dict[str, Substance], pfa: float) -> None:
    outcomes = [None, *known]
    by_innocent = [innocent(found, known, pfa) for found in outcomes]
    by_carrier = [
        share * ratio(found, known, pfa) for share, found in zip(by_innocent, outcomes, strict=True)
    ]
    assert sum(by_innocent) == pytest.approx(1.0)
    assert sum(by_carrier) == pytest.approx(1.0)


@given(substances, share, st.booleans())
def test_a_trace_speaks_of_explosives_only(
    known: dict[str, Substance], pfa: float, named: bool
) -> None:
    found = min(known) if named else None
    says = trace_evidence(known, pfa, found)
    rest = set(range(7)) - set(CLASS_MEMBERS[ThreatClass.EXPLOSIVE])
    assert all(says.log_likelihood_ratio[index] == 0.0 for index in rest)
    assert len({says.log_likelihood_ratio[i] for i in CLASS_MEMBERS[ThreatClass.EXPLOSIVE]}) == 1
    assert says.declared == ((ThreatClass.EXPLOSIVE,) if named else ())
    assert says.substance == found


@given(substances, share)
def test_the_possible_readings_of_a_shot_are_all_of_them(
    known: dict[str, Substance], pfa: float
) -> None:
    readings = trace_readings(known, pfa)
    assert [reading.evidence.substance for reading in readings] == [None, *sorted(known)]
    np.testing.assert_allclose(sum(reading.likelihood for reading in readings), 1.0)
    for reading in readings:
        said = np.exp(reading.evidence.log_likelihood_ratio)
        np.testing.assert_allclose(said, reading.likelihood / reading.likelihood[0])
