"""Reads the recorded figures of a full-wave solver; README.md says how they were made."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Recorded", "recorded"]

_FORWARD = {"normal": (0.0, 1.0, 0.0), "oblique": (1 / np.sqrt(5), 2 / np.sqrt(5), 0.0)}


class Recorded(NamedTuple):
    """Scattering of one wave by one object at one frequency."""

    incident: NDArray[np.float64]
    """(3,) where the wave goes to."""
    polarisation: NDArray[np.float64]
    """(3,) its unit field."""
    scattered: NDArray[np.float64]
    """(n, 3) unit vectors to the observers."""
    amplitude_m: NDArray[np.complex128]
    """(n, 3) scattered field, as vectors of the same frame."""


def recorded(name: str, illumination: str, frequency_ghz: float) -> Recorded:
    """Figures of `name`.csv, such as ("metal_box", "normal_z", 10.0)."""
    with (Path(__file__).parent / f"{name}.csv").open(newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["illumination"] == illumination and float(row["frequency_ghz"]) == frequency_ghz
        ]
    angle = {
        key: np.deg2rad([float(row[f"{key}_deg"]) for row in rows]) for key in ("theta", "phi")
    }
    along = {
        key: np.array(
            [complex(float(row[f"{key}_real_mm"]), float(row[f"{key}_imag_mm"])) for row in rows]
        )
        for key in ("theta", "phi")
    }
    sine, cosine = np.sin(angle["theta"]), np.cos(angle["theta"])
    east, north = np.cos(angle["phi"]), np.sin(angle["phi"])
    theta_unit = np.stack((cosine * east, cosine * north, -sine), axis=1)
    phi_unit = np.stack((-north, east, np.zeros(len(rows))), axis=1)
    incident = np.array(_FORWARD[illumination.partition("_")[0]])
    along_z = illumination.endswith("_z")
    return Recorded(
        incident,
        np.array([0.0, 0.0, 1.0]) if along_z else np.cross(incident, [0.0, 0.0, 1.0]),
        np.stack((sine * east, sine * north, cosine), axis=1),
        (along["theta"][:, np.newaxis] * theta_unit + along["phi"][:, np.newaxis] * phi_unit) / 1e3,
    )
