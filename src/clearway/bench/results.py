"""What the imaging benchmark finds."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.bench.peers import Scope
from clearway.bench.timing import Spread
from clearway.imaging.windows import Window

__all__ = ["Accuracy", "Comparison", "ImagingBench", "Machine", "PeakMemory", "Rate"]


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures hold for."""

    cpu: str
    cores: int
    threads: int
    backend: str
    """Which of Clearway's back ends computed."""
    clearway: str
    """Version of Clearway."""

    def __str__(self) -> str:
        return (
            f"{self.cpu}, {self.cores} cores, {self.threads} threads, "
            f"Clearway {self.clearway} with back end {self.backend}"
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """How long one image takes."""

    seconds: Spread
    updates: int
    """Voxels asked for times measured channels."""

    @property
    def giga_updates_per_s(self) -> float:
        """In the median run."""
        return self.updates / self.seconds.median / 1e9

    @property
    def frames_per_s(self) -> float:
        """In the median run."""
        return 1 / self.seconds.median


@dataclass(frozen=True, slots=True)
class Comparison:
    """Clearway against one peer, run in turn."""

    peer: str
    version: str
    scope: Scope
    """What of the peer is timed; Clearway is always timed end to end."""
    ratio: Spread
    """The peer's time per update over Clearway's, within each pair of runs."""
    clearway: Rate
    other: Rate


@dataclass(frozen=True, slots=True)
class Setting:
    """How Clearway forms an image."""

    backend: str
    oversampling: float

    def __str__(self) -> str:
        return f"{self.backend}, oversampling {self.oversampling:g}"


@dataclass(frozen=True, slots=True)
class SettingRates:
    """Rates of one setting, range compression included."""

    setting: Setting
    roi: Rate
    volume: Rate | None
    """None where it would take more than a minute."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Distance from the exact image at voxels drawn from the whole region of interest."""

    name: str
    window: Window | None
    nrmse: float
    """``||I - I_ref|| / ||I_ref||``."""
    max_error_db: float
    """``20 lg(max |I - I_ref| / P)``, P being ``|I_ref|`` at the region's brightest voxel."""


@dataclass(frozen=True, slots=True)
class PeakMemory:
    """Largest resident memory of a fresh process that forms one image."""

    name: str
    voxels: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ImagingBench:
    """Everything measured in one run."""

    machine: Machine
    channels: int
    roi_voxels: int
    volume_voxels: int
    checked_voxels: int
    """Voxels at which the accuracy was found."""
    comparisons: list[Comparison]
    missing: dict[str, str]
    """Peers that are not installed, and how to get them."""
    rates: list[SettingRates]
    """The default first."""
    accuracy: list[Accuracy]
    memory: list[PeakMemory]
