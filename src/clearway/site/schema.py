"""The site file: every key, its unit, its meaning and its limits.

The models below are the single declaration of the format: validation, error messages and the
reference page derive from them.  Unknown keys are errors.  Positions are metres in the site's
East-North-Up frame; polygons are lists of ``[x, y]`` corners, in either sense of rotation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import UUID4, Field, IPvAnyNetwork

from clearway.domain.threat import ThreatClass
from clearway.site.radar_schema import RadarTable
from clearway.site.section import NonNegative, Positive, Section, Source, Text

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=3)]
Polyline: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=2)]
Probability: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0)]
OpenProbability: TypeAlias = Annotated[float, Field(gt=0.0, lt=1.0)]
Identifier: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Origin(Section):
    """Survey point that ties the site frame to the Earth (WGS 84)."""

    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    """North of the equator."""
    longitude_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    """East of Greenwich."""
    altitude_m: float = 0.0
    """Height of the floor above the ellipsoid."""
    heading_deg: float = 0.0
    """Bearing of the site's north axis, clockwise from true north."""


class Floor(Section):
    """The walkable floor."""

    outline: Polygon
    """Outer edge of the floor."""
    holes: tuple[Polygon, ...] = ()
    """Pillars, kiosks and other places where nobody walks."""
    walkway: Polyline
    """Centre line of the main walkway; recordings without a placement are laid along it."""


class Zone(Section):
    """A named part of the floor."""

    id: Identifier
    """Unique among its kind."""
    polygon: Polygon
    """Corners."""


class TriggerLine(Section):
    """A line across the walkway; crossing it triggers a curtain."""

    id: Identifier
    """Unique among the lines."""
    points: tuple[Point, Point]
    """Its two ends."""


FUTURE_TOLERANCE_S = 1.0
"""How far a sensor's clock may run ahead before its detections are refused."""


class SensorKind(StrEnum):
    """What a sensor is."""

    CAMERA = "camera"
    CURTAIN = "curtain"
    TRACE = "trace"


class _Sensor(Section):
    id: Identifier
    """Unique among the sensors; detections carry it."""
    position_m: tuple[float, float, float]
    """Where it is mounted: east, north, height above the floor."""
    heading_deg: float = 0.0
    """Bearing of its boresight, clockwise from site north."""
    coverage: Polygon
    """The part of the floor where it can see a person."""
    source: Source
    """Where the figures come from: a publication, a measurement, or "assumed" with the reason."""
    node_id: UUID4 | None = None
    """Its SAPIENT node id, fixed for its life; without one it is derived from the two names."""


class PositionError(Section):
    """How far a reported position and time lie from the truth."""

    sigma_m: Positive
    """Standard deviation of the position noise, per axis."""
    bias_sigma_m: NonNegative = 0.0
    """Standard deviation of the fixed offset, per axis, drawn once per run (registration)."""
    latency_s: NonNegative = 0.0
    """From the measurement to the message's arrival, at least."""
    latency_jitter_s: NonNegative = 0.0
    """Mean of the further delay of each message, exponential."""
    clock_offset_s: float = 0.0
    """The sensor's clock minus UTC."""


class CameraError(PositionError):
    """Errors of a camera node's person detections."""

    detection_probability: Probability
    """Of a person in full view, per scan."""
    clutter_per_scan: NonNegative = 0.0
    """Mean number of detections of nobody, Poisson, uniform over the coverage."""
    occlusion_width_m: NonNegative = 0.0
    """A person whose line of sight passes a nearer person within this distance is occluded."""
    occluded_detection_probability: Probability = 0.0
    """Detection probability of an occluded person."""


class Camera(_Sensor):
    """A camera node that reports people's positions on the floor."""

    kind: Literal[SensorKind.CAMERA]
    """A camera node."""
    rate_hz: Positive
    """Scans per second."""
    error_model: CameraError
    """How its detections differ from the truth."""


class RecognitionRates(Section):
    """How often a curtain declares one threat class, per passage."""

    pd: OpenProbability
    """Given that class on the person (probability of detection)."""
    pfa: OpenProbability
    """Given nothing at all (probability of false alarm)."""
    nuisance: OpenProbability
    """Given a harmless object that resembles a threat."""


class CurtainError(PositionError):
    """Errors of a curtain's reports."""

    examined_probability: Probability
    """That a passage yields an image good enough to judge; otherwise "not examined"."""
    looks: Annotated[int, Field(ge=1, le=1000)] = 1
    """Most position reports of one passage, as long as the person stays in the coverage.

    Their noise is independent, the fixed offset is the same in all of them.  The last one carries
    the reading; the others say where the person was and nothing else."""
    look_interval_s: Positive = 0.1
    """Between two looks at one person."""
    ghost_alarms_per_hour: NonNegative = 0.0
    """Alarms with nobody there (interference), uniform over the coverage."""
    firearm_confusion: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Given a detected firearm, the chance that it is called the other kind of firearm."""


class Curtain(_Sensor):
    """A microwave imaging curtain: it examines a person who first crosses its trigger line."""

    kind: Literal[SensorKind.CURTAIN]
    """A microwave imaging curtain."""
    trigger_line: Identifier
    """Id of the line whose crossing is examined."""
    error_model: CurtainError
    """How its reports differ from the truth."""
    recognition: dict[ThreatClass, RecognitionRates]
    """Rates for each of ``handgun``, ``long_gun`` and ``explosive``."""
    radar: Annotated[RadarTable | None, Field(exclude_if=lambda radar: radar is None)] = None
    """The instrument behind these rates; without it there is no link budget to check."""
    figures: Annotated[Text | None, Field(exclude_if=lambda figures: figures is None)] = None
    """File of `clearway curtain characterise`, relative to the site file: a simulated curtain then
    draws its passages from there instead of by the rates above."""


class TraceError(PositionError):
    """Errors of a trace sensor's shots."""

    beam_radius_m: Positive
    """A shot hits the person nearest to its aim, if within this distance."""
    aim_delay_s: NonNegative = 0.0
    """From the cue to the shot."""
    recharge_s: Positive
    """Least time between two shots."""
    pfa: OpenProbability
    """Probability that a shot at clean clothes names a substance."""


class Substance(Section):
    """A substance that the trace sensor can name."""

    pd: OpenProbability
    """Per shot that hits a contaminated person."""
    handled_share: Probability
    """Share of explosive carriers who have this substance on hands or clothes."""
    innocent_share: Probability
    """Share of everyone else who has it (fertiliser, medicine)."""


class Trace(_Sensor):
    """A stand-off laser trace sensor: one shot at a cued person."""

    kind: Literal[SensorKind.TRACE]
    """A stand-off laser trace sensor."""
    error_model: TraceError
    """How its shots differ from the truth."""
    substances: Annotated[dict[Identifier, Substance], Field(min_length=1)]
    """What it can name."""


Sensor: TypeAlias = Annotated[Camera | Curtain | Trace, Field(discriminator="kind")]
"""Any sensor; ``kind`` decides which keys it has."""


class Prior(Section):
    """Probability of each combination before any measurement; "nothing" is the remainder."""

    handgun: Probability
    """A handgun and nothing else."""
    long_gun: Probability
    """A long gun and nothing else."""
    explosive: Probability
    """A bulk explosive and nothing else."""
    handgun_explosive: Probability = 0.0
    """Both."""
    long_gun_explosive: Probability = 0.0
    """Both."""
    harmless_object: Probability
    """Share of people without a threat who carry a harmless object that resembles one."""
    source: Source
    """Who set it, and on what ground."""

    @property
    def threat(self) -> float:
        """Probability of any threat."""
        return sum(
            (
                self.handgun,
                self.long_gun,
                self.explosive,
                self.handgun_explosive,
                self.long_gun_explosive,
            )
        )


class Costs(Section):
    """What a decision may cost, all in the same unit, such as "needless stops".

    With M a missed carrier, S a needless stop and G the guard's time for a stop, an alert opens
    where the probability of a threat reaches (S + G) / (M + S).
    """

    missed_carrier: Positive
    """Of letting a person with a threat pass."""
    needless_stop: Positive
    """Of stopping a person without a threat: to that person and to the flow."""
    guard_minutes_per_stop: NonNegative = 0.0
    """Minutes for which a stop occupies a guard, whomever it is of."""
    guard_minute: NonNegative = 0.0
    """Of one such minute."""

    @property
    def guard_per_stop(self) -> float:
        """Cost of the guard's time for one stop."""
        return self.guard_minutes_per_stop * self.guard_minute

    @property
    def alert_probability(self) -> float:
        """Probability of a threat from which on a stop costs no more than letting pass.

        With p the probability of a threat, M a missed carrier, S a needless stop and G the
        guard's time for a stop of anybody, the two decisions are expected to cost::

            stop       (1 - p) S + G
            let pass   p M

        so that the alert, by Bayes' decision rule, is due where p >= (S + G) / (M + S).  No
        probability reaches that where G >= M.
        """
        return (self.needless_stop + self.guard_per_stop) / (
            self.missed_carrier + self.needless_stop
        )


class Decision(Section):
    """When a guard is told, and when a closer look is asked for.

    Either ``costs`` or ``alert_probability`` is given, never both.
    """

    costs: Costs | None = None
    """What decisions cost; an alert opens where a stop is expected to cost no more than none."""
    alert_probability: OpenProbability | None = None
    """Instead of costs: an alert opens when the probability that the person seen carries a threat
    reaches this."""
    cue_probability: OpenProbability
    """A trace sensor is cued at a person whose probability of explosives reaches this."""
    candidate_mass: OpenProbability = 0.95
    """Probability that the candidate set is to hold the carrier."""
    deadline_s: Positive = 10.0
    """An alert later than this after the sensor's measurement counts as too late."""
    withdrawal_share: OpenProbability = 0.5
    """An alert is withdrawn when its probability stays below this share of the alert threshold."""
    withdrawal_dwell_s: Positive = 2.0
    """How long it must stay below, and how long no other about the same suspect opens after it."""
    source: Source
    """The costs or the rule behind the thresholds."""

    @property
    def alert_threshold(self) -> float:
        """An alert opens when the probability that the person seen carries a threat reaches this.

        Raises
        ------
        ValueError
            Where neither costs nor a probability are given, which the site check refuses.
        """
        if self.alert_probability is not None:
            return self.alert_probability
        if self.costs is None:
            raise ValueError("a decision needs `costs` or an `alert_probability`")
        return self.costs.alert_probability

    @property
    def relative_costs(self) -> Costs:
        """The costs, or for a plain threshold t those that it implies: a missed carrier weighs
        1 - t where a needless stop weighs t.
        """
        if self.costs is not None:
            return self.costs
        threshold = self.alert_threshold
        return Costs(missed_carrier=1.0 - threshold, needless_stop=threshold)

    @property
    def withdrawal_threshold(self) -> float:
        """An alert whose probability stays below this is withdrawn."""
        return self.withdrawal_share * self.alert_threshold


class EngineSettings(Section):
    """How long the engine waits and how far it remembers."""

    reorder_window_s: NonNegative = 0.2
    """Detections up to this old are sorted by source time; this is the engine's own latency."""
    history_s: Positive = 5.0
    """How far back late evidence is matched to the tracks as they were."""
    report_rate_hz: Positive = 5.0
    """How often all tracks are reported."""
    untracked_density_per_m2: Positive = 0.005
    """Mean density of people whom no track follows; decides when an alarm is nobody's."""


class _Bridge(Section):
    address: Text
    """Of the other system."""
    authority: Text | None = None
    """PEM file of the authority that has issued the other system's certificate, relative to the
    site file; the connection is then TLS."""
    certificate: Text | None = None
    """PEM file of the service's own certificate for this connection, where the other system asks
    for one; relative to the site file."""
    key: Text | None = None
    """PEM file of its key, relative to the site file."""
    plain: bool = False
    """Whether people's whereabouts may leave this machine without TLS, over a network that is
    protected otherwise."""


class MqttBridge(_Bridge):
    """An MQTT 5 broker that is told of people and alerts."""

    address: Text
    """``HOST:PORT`` of the broker."""
    username: Text | None = None
    """Where the broker asks for one."""
    password_file: Text | None = None
    """File that holds the password of that user, relative to the site file.  The site file itself
    goes into every log, so that a password must not stand in it."""


class TakBridge(_Bridge):
    """A TAK server or guards' phones that are shown people and alerts."""

    address: Text
    """``tls://HOST:8089`` or ``tcp://HOST:8087`` of a server, or ``udp://239.2.3.1:6969`` for the
    phones of one network."""


class Keep(Section):
    """How long what is kept about people is kept, by what it is.

    The message log has ``log_keep_days`` of its own; records of the audit log stay for ever.
    """

    tracks_days: Positive = 3.0
    """Who was shown where on the plan."""
    alerts_days: Positive = 365.0
    """Alerts, and the alarms that people attend to, from their end on."""
    audit_payloads_days: Positive = 365.0
    """What audit records say besides who did what and when: reasons, readings, places.  It is
    erased; the record stays, and the log can still be proven whole."""


class ConsoleSettings(Section):
    """The pages for the people of the control room and the hall."""

    host: Text = "127.0.0.1"
    """Address to listen on; any but this machine's own needs a certificate."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8443
    """TCP port; 0 takes any free one."""
    certificate: Text | None = None
    """PEM file of the site's certificate for browsers, by ``clearway certs site``; relative to the
    site file."""
    key: Text | None = None
    """PEM file of its key, relative to the site file."""
    database: Text | None = None
    """``postgresql://USER@HOST/NAME`` for alarms, accounts and the audit log; without it they are
    in a file beside the log.  Its password comes from PostgreSQL's password file."""
    checkpoints: Text | None = None
    """Folder that signed checkpoints of the audit log are exported to, relative to the site file;
    best one on another machine to which lines can only be added."""


class Service(Section):
    """The live service: where sensors connect, which of them are let in, and who is told."""

    node_id: UUID4 | None = None
    """SAPIENT node id of the site's fusion node; without one it is derived from the site's name."""
    host: Text = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 5020
    """TCP port; 0 takes any free one."""
    certificates: Text | None = None
    """Folder made by ``clearway certs``, relative to the site file; connections are then TLS 1.3
    with certificates on both sides."""
    plain: bool = False
    """Whether connections without TLS are let in at all, from the networks below only."""
    plain_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks besides this machine itself from which connections without TLS are let in."""
    log: Text = "log"
    """Folder of the message log and of what a restart needs, relative to the site file."""
    log_keep_days: Positive = 3.0
    """Older parts of the log, which holds positions of people, are deleted."""
    keep: Keep = Keep()
    """How long everything else about people is kept."""
    console: ConsoleSettings = ConsoleSettings()
    """Where the console is served."""
    drill: bool = True
    """Whether alerts that leave the house are marked as an exercise."""
    mqtt: MqttBridge | None = None
    """Who is told by MQTT; ``--mqtt`` takes another address with the rest of this table."""
    tak: TakBridge | None = None
    """Who is told by Cursor on Target; ``--tak`` takes another address with the rest of it."""


class CrowdModel(StrEnum):
    """Operational pedestrian models of JuPedSim."""

    COLLISION_FREE_SPEED_V2 = "collision_free_speed_v2"
    ANTICIPATION_VELOCITY = "anticipation_velocity"


class Flow(Section):
    """People who walk from one entry to one exit."""

    entry: Identifier
    """Id of the entry where they appear."""
    exit: Identifier
    """Id of the exit where they leave."""
    share: Positive = 1.0
    """Relative share of the arrivals."""


class WalkingSpeed(Section):
    """Desired speeds, a normal distribution cut to [minimum, maximum]."""

    mean_m_s: Positive
    """Mean of the normal distribution."""
    sigma_m_s: NonNegative
    """Standard deviation of the normal distribution."""
    minimum_m_s: Positive
    """Nobody wants to walk slower."""
    maximum_m_s: Positive
    """Nobody wants to walk faster."""


class Carriers(Section):
    """Who carries what, drawn from the seed."""

    share: Probability
    """Share of people who carry a threat."""
    mix: dict[
        Literal["handgun", "long_gun", "explosive", "handgun_explosive", "long_gun_explosive"],
        NonNegative,
    ]
    """Relative frequency of each combination among carriers."""
    harmless_object_share: Probability
    """Share of everyone else who carries a harmless object that resembles a threat."""


class RecordingFormat(Section):
    """How to read a recording whose file does not say it."""

    unit: Literal["m", "cm", "mm"]
    """Unit of the positions."""
    rate_hz: Positive
    """Frames per second."""


class Placement(Section):
    """Where a recording's origin lies in the site, and how it is turned."""

    x_m: float
    """East of the recording's origin in the site."""
    y_m: float
    """North of the recording's origin in the site."""
    rotation_deg: float = 0.0
    """Counter-clockwise."""


class Crowd(Section):
    """The simulated or recorded people."""

    rate_per_min: Positive
    """Mean arrivals per minute over all flows (Poisson)."""
    model: CrowdModel = CrowdModel.COLLISION_FREE_SPEED_V2
    """How simulated people walk."""
    flows: Annotated[tuple[Flow, ...], Field(min_length=1)]
    """One flow is one-way; two opposite flows are two-way; others cross."""
    arrivals_s: tuple[NonNegative, ...] | None = None
    """Arrival times in seconds from the start, instead of Poisson arrivals."""
    speed: WalkingSpeed
    """How fast simulated people want to walk."""
    carriers: Carriers
    """Who carries what."""
    recording: RecordingFormat | None = None
    """How to read a recording whose file does not say it."""
    placement: Placement | None = None
    """Where a recording lies; without it, centred along the main walkway."""
    source: Source
    """Where the figures come from."""


class Site(Section):
    """A whole site file."""

    name: Text
    """Shown on every report."""
    origin: Origin
    """Survey origin."""
    floor: Floor
    """Where people can walk."""
    zones: tuple[Zone, ...] = ()
    """Named parts of the floor, shown on the plan."""
    lines: tuple[TriggerLine, ...] = ()
    """Trigger lines of the curtains."""
    entries: Annotated[tuple[Zone, ...], Field(min_length=1)]
    """Where people appear."""
    exits: Annotated[tuple[Zone, ...], Field(min_length=1)]
    """Where people leave."""
    prior: Prior
    """What is known before any measurement."""
    decision: Decision
    """When a guard is told."""
    engine: EngineSettings = EngineSettings()
    """How long the engine waits and remembers."""
    service: Service = Service()
    """How sensors connect to the live service."""
    sensors: Annotated[tuple[Sensor, ...], Field(min_length=1)]
    """All sensors."""
    crowd: Crowd
    """The people of a run."""

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """Sensors that see where people are."""
        return tuple(sensor for sensor in self.sensors if isinstance(sensor, Camera))

    @property
    def curtains(self) -> tuple[Curtain, ...]:
        """Sensors that look for bulk threats."""
        return tuple(sensor for sensor in self.sensors if isinstance(sensor, Curtain))

    @property
    def trace_sensors(self) -> tuple[Trace, ...]:
        """Sensors that look for explosive traces on a cued person."""
        return tuple(sensor for sensor in self.sensors if isinstance(sensor, Trace))

    def line(self, line_id: str) -> TriggerLine:
        """The trigger line with this id."""
        return next(line for line in self.lines if line.id == line_id)
