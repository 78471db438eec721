"""Detections in, events out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clearway.domain import Alert, Belief, Detection, nanoseconds, seconds
from clearway.engine.budget import reading_budgets
from clearway.engine.events import (
    AlertChanged,
    CueRequested,
    DetectionRefused,
    Event,
    EvidenceJudged,
    TracksReported,
)
from clearway.engine.people import default_tracker, person_sensors, scan_of
from clearway.engine.reorder import ReorderBuffer
from clearway.fusion import AlertKeeper, BeliefKeeper, CueKeeper, HandOver, Look
from clearway.site.schema import FUTURE_TOLERANCE_S, Site
from clearway.tracking import Exchange, Scan, ScanClock, Tracker, TrackHistory


class Engine:
    """Follows people, weighs evidence and raises alerts; a pure state machine.

    The engine reads no clock.  Its time is the newest ``received_ns`` among the detections, or
    the ``clock_ns`` it is given.  Detections are processed in the order of their source time once
    they are older than the site's reorder window, so the order of arrival within the window makes
    no difference; a threat sensor's detection that is older still is matched to the tracks as
    they were, as far back as the track history goes.

    Parameters
    ----------
    site : Site
    tracker : Tracker, optional
        Default: `MultiSensorTracker`.

    Notes
    -----
    The same detections in the same order give the same events, however they are grouped into
    calls.
    """

    def __init__(self, site: Site, tracker: Tracker | None = None) -> None:
        settings = site.engine
        self._site = site
        self._tracker: Tracker = tracker or default_tracker(site)
        self._scan_clock = ScanClock(person_sensors(site))
        self._history = TrackHistory(settings.history_s)
        self._buffer = ReorderBuffer(
            {sensor.id for sensor in site.sensors},
            nanoseconds(settings.reorder_window_s),
            nanoseconds(settings.history_s),
            nanoseconds(FUTURE_TOLERANCE_S),
            reading_budgets(site),
        )
        self._hand_overs = {
            sensor.id: HandOver(settings.untracked_density_per_m2)
            for sensor in (*site.curtains, *site.trace_sensors)
        }
        self._beliefs = BeliefKeeper(site.prior)
        self._alerts = AlertKeeper(site.decision, self._beliefs)
        self._cues = {
            sensor.id: CueKeeper(sensor, site.decision, settings.reorder_window_s)
            for sensor in site.trace_sensors
        }
        self._report_interval_ns = nanoseconds(1.0 / settings.report_rate_hz)
        self._next_report_ns: int | None = None
        self._last_present_ns: dict[int, int] = {}

    @property
    def latency_s(self) -> float:
        """Time the engine adds between a detection's source time and its use, at most."""
        return self._site.engine.reorder_window_s

    @property
    def open_alerts(self) -> tuple[Alert, ...]:
        """The alerts that are not closed, as they were told last."""
        return self._alerts.open

    @property
    def people(self) -> TracksReported | None:
        """Everybody as of the last scan or report, between which `TracksReported` says nothing."""
        tracks = self._history.newest
        if tracks is None:
            return None
        return TracksReported(tracks, self._beliefs_of(tracks.track_ids.tolist()))

    def observe(self, detections: Iterable[Detection], clock_ns: int | None = None) -> list[Event]:
        """Take detections in; give what follows from them.

        Parameters
        ----------
        detections : iterable of Detection
            In the order of arrival, whatever their source times; none only moves the clock.
        clock_ns : int, optional
            The time now, where it is later than the last message.

        Returns
        -------
        list of Event
            In the order in which they came about.
        """
        events: list[Event] = []
        for detection in detections:
            refusal = self._buffer.push(detection)
            if refusal is not None:
                events.append(DetectionRefused(detection, refusal))
            # After each one, so that it makes no difference how they are grouped into calls.
            events.extend(self._process_due())
        if clock_ns is not None:
            self._buffer.advance(clock_ns)
            events.extend(self._process_due())
        return events

    def cue_ended(self, cue_id: str, taken: bool, clock_ns: int) -> list[Event]:
        """Take in what became of a cue, as far as no reading says it.

        The sensor may be asked for another look at a person of whom it has refused or failed to
        take one, or of whom nothing is heard in the time that the site file lets expect; a few
        times, and not before it has recharged.

        Parameters
        ----------
        cue_id : str
            See `Cue`.  What is not, or no longer, known is ignored.
        taken : bool
            Whether the sensor has looked.  Its reading, if it sends one, weighs more.
        clock_ns : int
            The time now.

        Returns
        -------
        list of Event
            What comes of the time that has passed, as by `observe`.
        """
        events = self.observe((), clock_ns)
        for keeper in self._cues.values():
            keeper.ended(cue_id, taken=taken)
        return events

    def flush(self) -> list[Event]:
        """Process what still waits in the reorder window, as at the end of a recording."""
        clock_ns = self._buffer.clock_ns
        return [] if clock_ns is None else list(self._process(clock_ns))

    def _process_due(self) -> Iterator[Event]:
        watermark_ns = self._buffer.watermark_ns
        if watermark_ns is not None:
            yield from self._process(watermark_ns)

    def _process(self, until_ns: int) -> Iterator[Event]:
        for scan in self._buffer.release(until_ns):
            yield from self._report_before(scan[0].time_ns)
            self._note_missing_scans(scan[0].time_ns)
            if scan[0].evidence is None:
                self._scan_clock.heard(scan[0].sensor_id, scan[0].time_ns)
                exchanges = self._tracker.update(scan_of(scan))
                self._history.append(self._tracker.states())
                self._exchange_labels(exchanges)
            else:
                for detection in scan:
                    yield from self._judge(detection)
        yield from self._report_before(until_ns)

    def _judge(self, detection: Detection) -> Iterator[Event]:
        evidence = detection.evidence
        if evidence is None:
            return
        by_position = self._hand_overs[detection.sensor_id].attribute(
            _source_of(detection), _look_of(detection), self._history.at
        )
        if evidence.position_only:
            return
        judgement = self._beliefs.update(evidence, by_position)
        for track_id in by_position.track_ids:
            self._last_present_ns.setdefault(track_id, detection.time_ns)
        if detection.sensor_id in self._cues:
            self._cues[detection.sensor_id].read(
                detection.cue, detection.time_ns, hit=evidence.examined > 0.0
            )
        yield EvidenceJudged(detection, judgement, self._clock_ns)
        for alert in self._alerts.consider(detection, judgement, self._clock_ns):
            yield AlertChanged(alert)

    def _exchange_labels(self, exchanges: Iterable[Exchange]) -> None:
        """Let what is known of two people mix where their tracks may have been exchanged."""
        for exchange in exchanges:
            pair = exchange.one_id, exchange.other_id
            # Suspects mix what is known of the two, so that must not be mixed before.
            self._alerts.exchange(*pair, exchange.probability)
            self._beliefs.exchange(*pair, exchange.probability)

    def _note_missing_scans(self, time_ns: int) -> None:
        """Tell the tracker of scans in which a camera saw nobody."""
        for missed_ns, sensor_id in self._scan_clock.missing(time_ns):
            self._tracker.update(Scan.empty(sensor_id, missed_ns))

    def _report_before(self, time_ns: int) -> Iterator[Event]:
        """Report at every report time that has passed."""
        interval = self._report_interval_ns
        if self._next_report_ns is None:
            self._next_report_ns = -(-time_ns // interval) * interval
        while self._next_report_ns < time_ns:
            yield from self._report(self._next_report_ns)
            self._next_report_ns += interval

    def _report(self, time_ns: int) -> Iterator[Event]:
        self._note_missing_scans(time_ns)
        self._tracker.advance(time_ns)
        tracks = self._tracker.states()
        self._history.append(tracks)
        ids = tracks.track_ids.tolist()
        yield TracksReported(tracks, self._beliefs_of(ids))
        for keeper in self._cues.values():
            cue = keeper.cue(tracks, self._beliefs)
            if cue is not None:
                yield CueRequested(cue, self._clock_ns)
        yield from self._forget_departed(set(ids), time_ns)

    def _beliefs_of(self, track_ids: Iterable[int]) -> tuple[Belief, ...]:
        return tuple(self._beliefs.of(track_id) for track_id in track_ids)

    def _forget_departed(self, present: set[int], time_ns: int) -> Iterator[Event]:
        """Close alerts and delete beliefs of people who left longer ago than the history goes."""
        self._last_present_ns.update(dict.fromkeys(present, time_ns))
        horizon_ns = time_ns - nanoseconds(self._site.engine.history_s)
        departed = {
            track_id for track_id, last_ns in self._last_present_ns.items() if last_ns < horizon_ns
        }
        for track_id in departed:
            del self._last_present_ns[track_id]
        self._beliefs.forget(departed)
        for keeper in self._cues.values():
            keeper.forget(departed)
        for alert in self._alerts.review(self._clock_ns):
            yield AlertChanged(alert)
        for alert in self._alerts.close_departed(set(self._last_present_ns), self._clock_ns):
            yield AlertChanged(alert)

    @property
    def _clock_ns(self) -> int:
        clock_ns = self._buffer.clock_ns
        if clock_ns is None:
            raise RuntimeError("the engine was asked for its time before it was told any")
        return clock_ns

    def __repr__(self) -> str:
        clock_ns = self._buffer.clock_ns
        clock = (
            "before its first detection" if clock_ns is None else f"at {seconds(clock_ns):.3f} s"
        )
        return f"<Engine of {self._site.name!r}, {clock}>"


def _source_of(detection: Detection) -> tuple[str, int]:
    """What the looks at one person have in common; a detection without a source stands alone."""
    if detection.source is not None:
        return "source", detection.source
    return "detection", detection.sequence


def _look_of(detection: Detection) -> Look:
    return Look(
        detection.time_ns,
        detection.x_m,
        detection.y_m,
        detection.covariance_m2,
        detection.height_m,
        detection.height_sigma_m,
    )
