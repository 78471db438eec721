"""Whether the names and figures of a site file agree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from clearway.domain.threat import ThreatClass
from clearway.site.lines import Place
from clearway.site.radar_faults import radar_faults
from clearway.site.schema import (
    FUTURE_TOLERANCE_S,
    Camera,
    Curtain,
    Decision,
    Sensor,
    Service,
    Site,
    Trace,
)
from clearway.site.wording import Finding

__all__ = ["consistency_findings"]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def consistency_findings(site: Site) -> Iterator[Finding]:
    """Find names used twice or unknown, and figures that contradict each other.

    Parameters
    ----------
    site : Site
        Every single value within its own limits.

    Yields
    ------
    tuple
        Place, problem and remedy.
    """
    yield from _names(site)
    yield from _figures(site)


def _names(site: Site) -> Iterator[Finding]:
    groups: dict[str, Sequence[_Named]] = {
        "zones": site.zones,
        "lines": site.lines,
        "entries": site.entries,
        "exits": site.exits,
        "sensors": site.sensors,
    }
    for group, members in groups.items():
        seen: Counter[str] = Counter()
        for index, member in enumerate(members):
            if seen[member.id]:
                problem = f"the id `{member.id}` is used twice among the {group}"
                yield (group, index, "id"), problem, "give each its own id"
            seen[member.id] += 1
    yield from _node_ids(site)
    for index, sensor in enumerate(site.sensors):
        if isinstance(sensor, Curtain):
            place = ("sensors", index, "trigger_line")
            yield from _reference(place, sensor.trigger_line, "trigger line", site.lines)
    for index, flow in enumerate(site.crowd.flows):
        yield from _reference(("crowd", "flows", index, "entry"), flow.entry, "entry", site.entries)
        yield from _reference(("crowd", "flows", index, "exit"), flow.exit, "exit", site.exits)


def _node_ids(site: Site) -> Iterator[Finding]:
    """A node id names one node for life; two with one would be taken for each other."""
    seen = {site.service.node_id}
    for index, sensor in enumerate(site.sensors):
        if sensor.node_id is not None and sensor.node_id in seen:
            problem = f"the node id {sensor.node_id} is used twice"
            yield ("sensors", index, "node_id"), problem, "give each node its own UUID"
        seen.add(sensor.node_id)


def _connections(service: Service) -> Iterator[Finding]:
    if service.plain_networks and not service.plain:
        problem = "networks are named, yet connections without TLS are not let in"
        yield ("service", "plain_networks"), problem, "set `plain = true`, or leave them out"
    if service.plain and service.certificates is not None:
        problem = "certificates are named, yet connections are to be without TLS"
        yield ("service", "plain"), problem, "leave out `plain`, or `certificates`"
    console = service.console
    if (console.certificate is None) != (console.key is None):
        missing, given = ("certificate", "key")[:: 1 if console.certificate is None else -1]
        problem = f"`{given}` is of no use without `{missing}`"
        yield ("service", "console", given), problem, f"name `{missing}` too, or leave out both"


def _reference(place: Place, wanted: str, what: str, known: Sequence[_Named]) -> Iterator[Finding]:
    names = [member.id for member in known]
    if wanted not in names:
        listed = ", ".join(f"`{name}`" for name in names) or "none"
        remedy = f"name an existing {what} (known: {listed}), or add one with this id"
        yield place, f"unknown {what} `{wanted}`", remedy


def _figures(site: Site) -> Iterator[Finding]:
    if not 0.0 < site.prior.threat < 1.0:
        problem = f"the probabilities of the threats sum to {site.prior.threat:g}"
        yield ("prior",), problem, "make them sum to more than 0 and less than 1"
    speed = site.crowd.speed
    if not speed.minimum_m_s <= speed.mean_m_s <= speed.maximum_m_s:
        limits = f"{speed.minimum_m_s:g} to {speed.maximum_m_s:g} m/s"
        problem = f"the mean of {speed.mean_m_s:g} m/s lies outside {limits}"
        yield ("crowd", "speed"), problem, "choose minimum_m_s <= mean_m_s <= maximum_m_s"
    if not sum(site.crowd.carriers.mix.values()) > 0.0:
        problem = "no combination has a positive frequency"
        yield ("crowd", "carriers", "mix"), problem, "make at least one larger than 0"
    for index, sensor in enumerate(site.sensors):
        if isinstance(sensor, Curtain):
            yield from _recognition(("sensors", index, "recognition"), sensor)
            if sensor.radar is not None:
                yield from radar_faults(("sensors", index, "radar"), sensor.radar)
        if isinstance(sensor, Trace):
            for name, substance in sensor.substances.items():
                place = ("sensors", index, "substances", name, "pd")
                yield from _useful(place, substance.pd, sensor.error_model.pfa)
    yield from _decision(site.decision)
    yield from _connections(site.service)
    yield from _memory(site)
    yield from _punctuality(site)
    yield from _shared_substances(site)


def _decision(decision: Decision) -> Iterator[Finding]:
    costs, probability = decision.costs, decision.alert_probability
    if costs is None and probability is None:
        problem = "nothing says when an alert opens"
        remedy = "add a table `[decision.costs]` with `missed_carrier` and `needless_stop`, or "
        yield ("decision",), problem, f"{remedy}an `alert_probability`"
    if costs is not None and probability is not None:
        problem = (
            f"both say when an alert opens: costs at {costs.alert_probability:.3g}, "
            f"alert_probability at {probability:.3g}"
        )
        remedy = "keep `[decision.costs]` or `alert_probability` and delete the other"
        yield ("decision", "alert_probability"), problem, remedy
    if costs is not None and costs.guard_per_stop >= costs.missed_carrier:
        problem = (
            f"the guard's time for a stop costs {costs.guard_per_stop:g}, a missed carrier "
            f"{costs.missed_carrier:g}: no alert would ever be worth it"
        )
        remedy = "make guard_minutes_per_stop times guard_minute less than missed_carrier"
        yield ("decision", "costs"), problem, remedy
    if decision.withdrawal_dwell_s >= decision.deadline_s:
        problem = (
            f"an alert may be held back for {decision.withdrawal_dwell_s:g} s after an earlier one "
            f"of the same suspect, and is too late after {decision.deadline_s:g} s"
        )
        remedy = "choose a withdrawal_dwell_s below deadline_s"
        yield ("decision", "withdrawal_dwell_s"), problem, remedy


def _punctuality(site: Site) -> Iterator[Finding]:
    """Sensors whose detections the engine would refuse as late or as coming from the future."""
    window_s = site.engine.reorder_window_s
    for index, sensor in enumerate(site.sensors):
        error = sensor.error_model
        place = ("sensors", index, "error_model")
        age_s = error.latency_s + error.latency_jitter_s - error.clock_offset_s
        if isinstance(sensor, Camera) and age_s >= window_s:
            problem = (
                f"its detections are {age_s:g} s old on average when they arrive, and the engine "
                f"waits for {window_s:g} s only"
            )
            remedy = f"choose an engine.reorder_window_s well above {age_s:g} s"
            yield (*place, "latency_s"), problem, remedy
        if error.clock_offset_s - error.latency_s > FUTURE_TOLERANCE_S:
            problem = f"a clock {error.clock_offset_s:g} s ahead dates everything in the future"
            remedy = f"set its clock, to within {FUTURE_TOLERANCE_S:g} s"
            yield (*place, "clock_offset_s"), problem, remedy


def _shared_substances(site: Site) -> Iterator[Finding]:
    """Substances that two trace sensors know with different shares of people who have them."""
    known: dict[str, tuple[float, float]] = {}
    for index, sensor in enumerate(site.sensors):
        if not isinstance(sensor, Trace):
            continue
        for name, substance in sensor.substances.items():
            shares = substance.handled_share, substance.innocent_share
            if known.setdefault(name, shares) != shares:
                problem = f"another trace sensor gives `{name}` other shares of people"
                remedy = "use the same handled_share and innocent_share: people have it or not"
                yield ("sensors", index, "substances", name), problem, remedy


def _memory(site: Site) -> Iterator[Finding]:
    engine = site.engine
    delay_s = max(
        sensor.error_model.latency_s + sensor.error_model.latency_jitter_s + _looking_s(sensor)
        for sensor in site.sensors
    )
    needed_s = engine.reorder_window_s + delay_s
    if engine.history_s <= needed_s:
        problem = (
            f"{engine.history_s:g} s of history do not reach back over the reorder window "
            f"({engine.reorder_window_s:g} s) and the longest mean sensor delay ({delay_s:g} s)"
        )
        yield ("engine", "history_s"), problem, f"choose more than {needed_s:g} s"


def _looking_s(sensor: Sensor) -> float:
    """From the first look at a person to the last, which carries the reading."""
    if not isinstance(sensor, Curtain):
        return 0.0
    return (sensor.error_model.looks - 1) * sensor.error_model.look_interval_s


def _recognition(place: Place, curtain: Curtain) -> Iterator[Finding]:
    missing = [threat for threat in ThreatClass if threat not in curtain.recognition]
    if missing:
        listed = ", ".join(f"`{threat}`" for threat in missing)
        yield place, f"rates are missing for {listed}", "add `pd`, `pfa` and `nuisance` for each"
    for threat, rates in curtain.recognition.items():
        yield from _useful((*place, threat.value, "pd"), rates.pd, rates.pfa)
    if not missing:
        handgun, long_gun = (
            curtain.recognition[threat] for threat in (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)
        )
        for name, total in (
            ("pfa", handgun.pfa + long_gun.pfa),
            ("nuisance", handgun.nuisance + long_gun.nuisance),
        ):
            if total >= 1.0:
                problem = f"{name} of handgun and long_gun sum to {total:g}"
                yield place, problem, "a person is called one or the other: stay below 1 together"


def _useful(place: Place, pd: float, pfa: float) -> Iterator[Finding]:
    if pfa >= pd:
        problem = f"the false-alarm probability pfa = {pfa:g} is not below pd = {pd:g}"
        yield place, problem, "correct them: with pfa >= pd an alarm speaks against a threat"
