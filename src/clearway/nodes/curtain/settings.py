"""How a curtain node works; the defaults are for two cores and one lane."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.errors import ArgumentError

__all__ = ["CurtainSettings"]


@dataclass(frozen=True, slots=True)
class CurtainSettings:
    """Settings of the way from frames to readings.

    Raises
    ------
    ArgumentError
        A number that would stop everything.
    """

    threads: int = 2
    """Of the image former."""
    backend: str = "auto"
    """Of the image former, see `clearway.imaging.Imager`."""
    prepared_imagers: int = 4
    """Kept for boxes that come again: each holds the range profiles of all channels."""
    find_every: int = 3
    """A panel looks for people in every so many of its frames; in all while nobody is there."""
    find_voxel_m: float = 0.06
    """Of the coarse pass."""
    find_elements: int = 16
    """Transmitters, and receivers, of the coarse pass."""
    seen_contrast_db: float = 7.0
    """Contrast of an image from which on somebody is there whom no tracker knows of: noise reaches
    about 7 dB at the most, see `clearway.recognition.quality.LIMITS`."""
    least_velocity_error_m_s: float = 0.05
    """Below, a velocity is not believed to be known."""
    most_velocity_error_m_s: float = 1.1
    """Above, a person is not imaged yet: nobody knows which way he or she faces.  In metres per
    second and axis; two sightings a tenth of a second apart are enough."""
    background_time_constant_s: float = 60.0
    """See `Background`."""
    quiet_s: float = 2.0
    """See `Background`."""
    gone_s: float = 0.6
    """A passage without a look for so long has ended."""
    forget_s: float = 3.0
    """For how long after a passage the same person is not examined again."""
    backlog: int = 2
    """Frames that wait at most."""
    silence_s: float = 2.0
    """Without a frame for so long, the node reports a fault and ends all passages."""
    status_s: float = 5.0
    """Between two reports of the node's own figures."""
    evidence_hours: float = 24.0
    """For which the image of an alarm is kept."""

    def __post_init__(self) -> None:
        for name in (
            "threads",
            "prepared_imagers",
            "find_every",
            "find_voxel_m",
            "find_elements",
            "background_time_constant_s",
            "gone_s",
            "backlog",
            "silence_s",
            "status_s",
            "evidence_hours",
        ):
            if not getattr(self, name) > 0:
                raise ArgumentError(name, f"is {getattr(self, name)}", "give more than 0")
