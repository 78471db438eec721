"""Constants of the multi-sensor tracker."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.tracking import kalman

POPULATION_HEIGHT_M = 1.72
"""Mean body height, with shoes, of people of whom nothing else is known."""
POPULATION_HEIGHT_SIGMA_M = 0.10
"""Its standard deviation; both as in the HERMES corridor experiments."""


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """Constants for walking people; tuned on one two-way corridor recording of 187 people."""

    acceleration_density: float = kalman.WALKING_ACCELERATION_DENSITY
    """q of the motion model in m^2/s^3."""
    initial_speed_sigma_m_s: float = 1.0
    """Standard deviation of each velocity component of a new track."""
    gate: float = 14.0
    """Squared Mahalanobis distance that holds 99.9 % of a person's own detections."""
    largest_gate_m: float = 1.5
    """No detection farther than this is a track's, however long it was not seen."""
    sharpness: float = 1.5
    """Of the association (`association_probabilities`): between the marginals that let close
    tracks coalesce and the assignment that admits no doubt."""
    body_radius_m: float = 0.25
    """No new track starts this close to a likely one: two people cannot stand in one place."""
    neighbour_m: float = 0.35
    """A person with another this close may be hidden by them."""

    confirm_existence: float = 0.99
    """From this probability of existence a track is a person."""
    show_existence: float = 0.3
    """A confirmed track that is less probable is kept, but not reported."""
    end_existence: float = 0.01
    """A confirmed track that is less probable has ended."""
    largest_existence: float = 0.999999
    """Nothing is certain: bounds how long a track outlives its last detection."""
    largest_birth_existence: float = 0.95
    """Of a track with a single detection: no person is confirmed by one detection alone."""
    tentative_existence: float = 1e-5
    """A track that was never confirmed and is less probable is dropped."""
    tentative_coast_s: float = 0.45
    """A track that was never confirmed is dropped this long after its last detection."""
    longest_coast_s: float = 4.0
    """A confirmed track ends this long after its last detection."""
    left_coast_s: float = 0.15
    """A track off the floor ends this long after its last detection: its person has left, and
    the next one to enter must not inherit the track."""
    watched_death_rate_hz: float = 0.002
    """How often a person in a sensor's coverage ceases to exist on the floor."""
    unwatched_death_rate_hz: float = 0.2
    """The same where no sensor looks."""

    initial_density_per_m2: float = 1.0
    """Unknown people per square metre before the first scan."""
    entry_density_per_m2: float = 0.05
    """Unknown people per square metre at the entries, at any time."""
    interior_density_per_m2: float = 0.0005
    """Unknown people per square metre elsewhere, once all has been scanned."""
    entry_depth_m: float = 0.5
    """How far the entries reach inwards from the edge of the floor."""

    clutter_memory_scans: float = 10.0
    """Scans over which a sensor's clutter rate is averaged."""
    crowd_memory_s: float = 10.0
    """Time in which a crowd that was seen, but is not followed, is forgotten."""
    detectability_prior_scans: float = 20.0
    """Scans that the stated detection probability weighs against what is observed."""

    bias_sigma_m: float = 0.1
    """Standard deviation of a sensor's unknown offset, per axis."""
    clock_sigma_s: float = 0.03
    """Standard deviation of a sensor's unknown clock offset."""
    registration_memory_s: float = 600.0
    """Time in which an old registration loses most of its weight: sensors get pushed."""

    height_sigma_m: float = 0.05
    """Standard deviation of a sensor's body heights."""
    population_height_m: float = POPULATION_HEIGHT_M
    population_height_sigma_m: float = POPULATION_HEIGHT_SIGMA_M
