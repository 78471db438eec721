"""The figures of a run, each defined here and nowhere else.

The definitions in words are on the documentation's metrics page; `summarise` computes all of
them from a run folder's tables, so that anybody can check a report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from clearway.domain import ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HYPOTHESES
from clearway.fusion.decision import operating_point
from clearway.site.schema import Site
from clearway.store.tables import read_table
from clearway.trial.files import read_run_file
from clearway.trial.instants import Instants
from clearway.trial.outcomes import LATER_S, Cause, Outcome, Outcomes, Passage, judge
from clearway.trial.reliability import run_reliability
from clearway.trial.statistics import percentiles, proportion, rate

_WINDOW_M = 2.0
_BIN_M = 0.5


def summarise(
    folder: Path, site: Site, duration_s: float, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Compute a run's summary from its tables.

    Parameters
    ----------
    folder : Path
        The run folder, with ``run.toml`` and the four tables.
    site : Site
    duration_s : float
        Length of the run in simulated time.
    counts : mapping of str to int
        Cues and refused detections, counted by the run.

    Returns
    -------
    dict
        What ``summary.json`` holds; the same tables give the same bytes.
    """
    instants = Instants(folder)
    outcomes = judge(folder, site.decision.deadline_s, instants)
    run = read_run_file(folder)["run"]
    return {
        "provenance": {
            "people": run["crowd_origin"],
            "sensors": run["sensors_origin"],
            "description": run["crowd_description"],
            "seed": run["seed"],
            "site": site.name,
        },
        "duration_s": duration_s,
        "crowd": _crowd_figures(folder, run["people_at_start"], duration_s),
        "carriers": _carrier_figures(outcomes, site),
        "right_person": _right_person(outcomes.passages),
        "pd": _pd(outcomes.passages),
        "alarms": _alarm_figures(outcomes, duration_s),
        "candidate_set": _candidate_figures(outcomes.passages),
        "latency_s": percentiles(
            [p.latency_s for p in outcomes.passages if p.latency_s is not None]
        ),
        "calibration": _calibration(outcomes) | run_reliability(folder, instants),
        "operating_point": _operating_point(site),
        "engine": {
            "latency_s": site.engine.reorder_window_s,
            "cues": counts.get("cues", 0),
            "refused_detections": {
                name: count for name, count in sorted(counts.items()) if name != "cues"
            },
        },
    }


def _carrier_figures(outcomes: Outcomes, site: Site) -> dict[str, Any]:
    return {
        "passages": len(outcomes.passages),
        "unfinished": outcomes.unfinished,
        "share_in_site_file": site.crowd.carriers.share,
        "examined": proportion(
            sum(passage.examined for passage in outcomes.passages), len(outcomes.passages)
        ),
    }


def _right_person(passages: tuple[Passage, ...]) -> dict[str, Any]:
    at_alarm = [passage.at_alarm for passage in passages if passage.at_alarm is not None]
    later = [passage.later for passage in passages if passage.later is not None]
    return {
        "at_alarm": proportion(at_alarm.count(Outcome.RIGHT), len(at_alarm)),
        "later": proportion(later.count(Outcome.RIGHT), len(later)),
        "later_after_s": LATER_S,
        "outcomes_at_alarm": _counts(at_alarm),
        "outcomes_later": _counts(later),
    }


def _counts(outcomes: list[Outcome]) -> dict[str, int]:
    counted = Counter(outcomes)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def _pd(passages: tuple[Passage, ...]) -> dict[str, Any]:
    groups: dict[str, list[Passage]] = {"any": list(passages)}
    for threat in ThreatClass:
        names = {HYPOTHESES[index] for index in CLASS_MEMBERS[threat]}
        groups[threat.value] = [passage for passage in passages if passage.carries in names]
    return {
        name: {
            "sensor": proportion(sum(p.raised_alarm for p in group), len(group)),
            "system": proportion(sum(p.found for p in group), len(group)),
        }
        for name, group in groups.items()
    }


def _alarm_figures(outcomes: Outcomes, duration_s: float) -> dict[str, Any]:
    causes = Counter(alert.cause for alert in outcomes.alerts)
    people = float(outcomes.passing_people)
    hours = duration_s / 3600.0
    stops = [alert for alert in outcomes.alerts if alert.names_somebody]
    innocent = sum(not alert.leader_carries for alert in stops)
    return {
        "nuisance": rate(causes[Cause.NUISANCE], people, "per person"),
        "false": rate(causes[Cause.FALSE], people, "per person"),
        "opened_by_carriers": causes[Cause.CARRIER],
        "alerts": rate(len(outcomes.alerts), hours, "per hour"),
        "guard_stops": rate(len(stops), hours, "per hour"),
        "innocent_stops": rate(innocent, hours, "per hour"),
        "innocent_stops_per_person": rate(innocent, people, "per person"),
    }


def _candidate_figures(passages: tuple[Passage, ...]) -> dict[str, Any]:
    told = [passage for passage in passages if passage.candidates is not None]
    sizes = [passage.candidates for passage in told if passage.candidates is not None]
    return {
        "mean_size": float(np.mean(sizes)) if sizes else None,
        "largest": max(sizes, default=None),
        "holds_carrier": proportion(sum(p.candidates_hold_carrier for p in told), len(told)),
    }


def _operating_point(site: Site) -> dict[str, Any]:
    """What the site file's own figures lead to at its alert threshold; nothing of the run."""
    point = operating_point(site)
    return {
        "alert_threshold": point.threshold,
        "withdrawal_threshold": site.decision.withdrawal_threshold,
        "pd": {"any": point.pd_any, **{threat.value: pd for threat, pd in point.pd.items()}},
        "nuisance_per_1000_people": point.nuisance_per_1000,
        "false_per_1000_people": point.false_per_1000,
        "people_per_hour": point.people_per_hour,
        "alerts_per_hour": point.alerts_per_hour,
        "guard_minutes_per_hour": point.guard_minutes_per_hour,
        "expected_cost_per_1000_people": point.cost_per_1000,
    }


def _calibration(outcomes: Outcomes) -> dict[str, Any]:
    """Whether alerts are as often about carriers as their probability says."""
    claimed = [alert.probability for alert in outcomes.alerts]
    return {
        "mean_alert_probability": float(np.mean(claimed)) if claimed else None,
        "alerts_about_carriers": proportion(
            sum(alert.cause is Cause.CARRIER for alert in outcomes.alerts), len(outcomes.alerts)
        ),
        "examined_people": proportion(outcomes.examined_people, outcomes.passing_people),
    }


def _crowd_figures(folder: Path, people_at_start: int, duration_s: float) -> dict[str, Any]:
    truth = read_table(folder, "truth")
    time_ns: NDArray[np.int64] = truth["time_ns"].to_numpy()
    people = np.unique(truth["person_id"].to_numpy())
    if not len(people):
        return {"people": 0, "persons_per_min": 0.0, "most_at_once": 0, "peak_density_per_m2": 0.0}
    _, at_once = np.unique(time_ns, return_counts=True)
    position = np.column_stack([truth["x_m"].to_numpy(), truth["y_m"].to_numpy()])
    return {
        "people": len(people),
        "persons_per_min": 60.0 * (len(people) - people_at_start) / duration_s,
        "most_at_once": int(at_once.max()),
        "peak_density_per_m2": peak_density(time_ns, position),
    }


def peak_density(time_ns: NDArray[np.int64], position_m: NDArray[np.floating]) -> float:
    """Largest number of people in any 2 m x 2 m window at any instant, per square metre.

    Parameters
    ----------
    time_ns : (n,) int64
        Ascending; one instant per distinct value.
    position_m : (n, 2) float

    Returns
    -------
    float
        Persons per square metre; windows lie on a 0.5 m raster.

    Examples
    --------
    >>> together = np.array([[0.1, 0.1], [0.6, 0.6], [1.1, 1.1], [9.0, 9.0]])
    >>> peak_density(np.zeros(4, dtype=np.int64), together)
    0.75
    """
    low = position_m.min(axis=0)
    bins = np.floor((position_m - low) / _BIN_M).astype(np.int64)
    shape = tuple((bins.max(axis=0) + 1).tolist())
    width = round(_WINDOW_M / _BIN_M)
    starts = np.flatnonzero(np.diff(time_ns, prepend=time_ns[0] - 1))
    peak = 0
    for rows in np.split(bins, starts[1:]):
        counts = np.zeros(shape, dtype=np.int64)
        np.add.at(counts, (rows[:, 0], rows[:, 1]), 1)
        if len(rows) <= peak:
            continue
        window = np.ones((width, width), dtype=np.int64)
        peak = max(peak, int(ndimage.convolve(counts, window, mode="constant").max()))
    return peak / _WINDOW_M**2
