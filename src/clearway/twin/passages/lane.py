"""Where a person is at each frame of a passage, seen from each panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clearway.scattering import Part
from clearway.site.radar import Panel, Radar
from clearway.site.radar_schema import PanelTable, RadarTable
from clearway.twin.passages.people import Walk

__all__ = ["REACH_M", "Standpoint", "facing_panels", "frame_times_s", "lane_limits_m", "standpoint"]

REACH_M = 0.75
"""A person is looked at while this far from the middle of a panel, along the lane, or nearer."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where a person is and which way it goes, in a panel's view frame."""

    position_m: tuple[float, float]
    heading_rad: float
    """From +x towards +y."""
    speed_m_s: float

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3, 3) from the person's frame, x forward and y to the left, to the view frame."""
        sine, cosine = np.sin(self.heading_rad), np.cos(self.heading_rad)
        return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])

    @property
    def velocity_m_s(self) -> tuple[float, float]:
        """Along x and y of the view frame."""
        along, aside, _ = self.rotation[:, 0] * self.speed_m_s
        return float(along), float(aside)

    def to_view(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn (..., 3) places of the person's frame into places of the view frame."""
        moved: NDArray[np.float64] = points_m @ self.rotation.T
        moved[..., :2] += self.position_m
        return moved

    def seen(self, parts: Sequence[Part]) -> list[Part]:
        """Parts of the person's frame in the view frame."""
        rotation, shift = self.rotation, np.array([*self.position_m, 0.0])
        return [
            replace(
                part,
                mesh=part.mesh.moved(rotation, shift),
                velocity_m_s=np.asarray(part.velocity_m_s) @ rotation.T,
            )
            for part in parts
        ]


def standpoint(walk: Walk, radar: Radar, panel: Panel, time_s: float) -> Standpoint:
    """Where a person is, so long after being in front of the middle of the first panel."""
    first = radar.panels[0].frame
    there = np.array([walk.forward * walk.speed_m_s * time_s, walk.lateral_m, 0.0])
    ahead = np.array([float(walk.forward), 0.0, 0.0])
    x_m, y_m, _ = panel.frame.to_view(first.to_site(there)).tolist()
    along, aside, _ = panel.frame.directions_to_view(first.directions_to_site(ahead)).tolist()
    return Standpoint((x_m, y_m), float(np.arctan2(aside, along)), walk.speed_m_s)


def frame_times_s(
    walk: Walk, radar: Radar, rng: np.random.Generator, most_frames: int | None = None
) -> NDArray[np.float64]:
    """(n,) times at which the radar looks at the person, in order.

    The frames of a radar know nothing of who comes: the first one falls anywhere.

    Parameters
    ----------
    walk : Walk
    radar : Radar
    rng : numpy.random.Generator
    most_frames : int, optional
        At most so many, evenly chosen.
    """
    last_s = REACH_M / walk.speed_m_s
    first_s = -last_s + rng.random() * radar.frame_time_s
    times = np.arange(first_s, last_s, radar.frame_time_s)
    if most_frames is None or len(times) <= most_frames:
        return times
    chosen = np.rint(np.linspace(0, len(times) - 1, most_frames)).astype(int)
    return np.asarray(times[chosen])


def lane_limits_m(radar: Radar) -> tuple[float, float]:
    """Distances from the first panel between which people walk past both."""
    table = radar.table
    if len(radar.panels) == 1:
        return table.lane_near_m, table.lane_far_m
    across_m = float(radar.panels[1].frame.to_view([[*radar.panels[0].frame.origin_m, 0.0]])[0, 1])
    return max(table.lane_near_m, across_m - table.lane_far_m), min(
        table.lane_far_m, across_m - table.lane_near_m
    )


def facing_panels(
    *,
    n_elements: int = 96,
    n_frequencies: int = 100,
    across_m: float = 2.6,
    seeds: tuple[int, int] = (1, 2),
    **table: object,
) -> RadarTable:
    """A radar of two panels across a lane, to train and to test with.

    Parameters
    ----------
    n_elements : int
        Transmitters of each panel, and as many receivers.
    n_frequencies : int
    across_m : float
        From panel to panel.
    seeds : (int, int)
        Of the places of their elements.
    **table
        Further entries of `RadarTable`.
    """
    panels = [
        PanelTable(
            position_m=(0.0, north_m, 0.0),
            heading_deg=heading_deg,
            n_tx=n_elements,
            n_rx=n_elements,
            layout_seed=seed,
        )
        for north_m, heading_deg, seed in zip((0.0, across_m), (0.0, 180.0), seeds, strict=True)
    ]
    about = "assumed: two panels that face each other across a lane"
    return RadarTable.model_validate(
        {"panels": panels, "n_frequencies": n_frequencies, "source": about, **table}
    )
