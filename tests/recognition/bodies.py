"""Painted images of bodies: an upright elliptic cylinder of speckle, with and without objects.

No radar is simulated: what is known of the truth is exactly what was painted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.recognition import Box, RegionOfInterest, View, Volume
from clearway.recognition.classes import OUTCOMES

HALF_WIDTH_M, HALF_DEPTH_M = 0.13, 0.20
_RANGE_M = 0.009
"""Standard deviation of an echo's spread along depth."""


@dataclass(frozen=True)
class Thing:
    """A patch that stands out of the body."""

    middle_m: tuple[float, float]
    """Along the walk and above the floor."""
    size_m: tuple[float, float]
    thickness_m: float
    level_db: float
    """Of its front, relative to the body."""
    transparent: bool = False
    """Whether the body shows behind it, as far back as the wave is slowed."""
    permittivity: float = 3.0


THINGS: dict[str, Thing | None] = {
    "none": None,
    "harmless_object": Thing((0.02, 1.00), (0.08, 0.14), 0.012, 4.0),
    "long_gun": Thing((0.0, 1.10), (0.06, 0.70), 0.035, 9.0),
    "handgun": Thing((0.0, 0.98), (0.14, 0.16), 0.03, 9.0),
    "explosive": Thing((0.0, 1.03), (0.26, 0.16), 0.04, -1.0, transparent=True),
}


def paint(
    box: Box,
    thing: Thing | None,
    rng: np.random.Generator,
    *,
    noise_db: float = -28.0,
    gain: float = 1.0,
) -> NDArray[np.complex64]:
    """Image of a person in a box."""
    grid = box.grid
    forward = box.forward * (grid.x_m - box.person_m[0])
    across = np.clip(forward / HALF_WIDTH_M, -1.0, 1.0)
    skin = -HALF_DEPTH_M * np.sqrt(1.0 - across**2) + 0.0 * grid.z_m[:, None]
    skin = skin.T + 0.004 * np.sin(2 * np.pi * grid.z_m / 0.5 + rng.uniform(0, 6))
    present = (np.abs(across) < 0.95)[:, None] & (grid.z_m < 1.72)
    covered = np.zeros_like(present)
    if thing is not None:
        covered = (
            (np.abs(forward - thing.middle_m[0]) <= thing.size_m[0] / 2)[:, None]
            & (np.abs(grid.z_m - thing.middle_m[1]) <= thing.size_m[1] / 2)
            & present
        )
    depth = grid.y_m - box.person_m[1]
    image = np.zeros(grid.shape, dtype=np.complex64)

    def add(where: NDArray[np.bool_], at_m: NDArray[np.float64], level_db: float) -> None:
        speckle = np.exp(2j * np.pi * rng.random(where.shape)) * 10 ** (
            (level_db + rng.normal(0, 2.0, where.shape)) / 20
        )
        away = ((depth[None, :, None] - at_m[:, None, :]) / _RANGE_M).astype(np.float32)
        drawn = np.where(where, speckle, 0.0).astype(np.complex64)
        image.__iadd__(drawn[:, None, :] * np.exp(-np.square(away) / 2))

    add(present & ~covered, skin, 0.0)
    if thing is not None:
        add(covered, skin - thing.thickness_m, thing.level_db)
        if thing.transparent:
            slowed = thing.thickness_m * (np.sqrt(thing.permittivity) - 1.0)
            add(covered, skin + slowed, -3.0)
    noise = rng.standard_normal((*grid.shape, 2), dtype=np.float32).view(np.complex64)[..., 0]
    image += np.float32(10 ** (noise_db / 20) / np.sqrt(2)) * noise
    return np.asarray(np.complex64(gain) * image)


def varied(thing: Thing | None, rng: np.random.Generator) -> Thing | None:
    """The same kind of thing at another place and of another size."""
    if thing is None:
        return None
    place, size = np.array(thing.middle_m), np.array(thing.size_m)
    place = place + rng.normal(0, (0.01, 0.04))
    size = size * rng.uniform(0.85, 1.15, 2)
    return Thing(
        (float(place[0]), float(place[1])),
        (float(size[0]), float(size[1])),
        thing.thickness_m * float(rng.uniform(0.85, 1.15)),
        thing.level_db + float(rng.normal(0, 1.0)),
        thing.transparent,
    )


def person(
    name: str, rng: np.random.Generator, view: View | None = None, *, noise_db: float = -28.0
) -> Volume:
    """Volume of a person who carries one of `THINGS`, varied."""
    box = RegionOfInterest().around(view or View((0.0, 1.2), (1.4, 0.0)))
    return box.volume(paint(box, varied(THINGS[name], rng), rng, noise_db=noise_db))


def outcome_number(name: str) -> int:
    """Of `OUTCOMES`."""
    return OUTCOMES.index(name)
