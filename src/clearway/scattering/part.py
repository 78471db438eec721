"""Parts of a scene: a surface, what it is made of, what covers it, how it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering.mesh import Mesh

__all__ = ["Cover", "Echo", "Material", "Part"]


class Echo(NamedTuple):
    """One reflection of a wave that meets a surface: at its front, or at a face further inside.

    Arrays are of the shape of the cosines that they were asked for.  The coefficients are ratios
    of the electric field's component along the surface.  They vary slowly with frequency: what
    turns fast is told apart as a path, so that a few frequencies of a wide band do.
    """

    perpendicular: NDArray[np.complex128]
    """Reflection coefficient of the field across the plane of incidence (TE, s)."""
    parallel: NDArray[np.complex128]
    """Of the field in the plane of incidence (TM, p), such that at normal incidence both agree:
    a perfect conductor has -1 for both."""
    path_m: NDArray[np.float64]
    """Optical path inside, there and back, that is added to the one outside: 0 for a front."""


class Material(Protocol):
    """What an opaque or thick body is made of."""

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """What returns from a surface, at angles of incidence given by their cosine, 0 to 1.

        Where transmitter and receiver stand apart, the angle is half of that between the ways to
        both.  It is the angle of incidence wherever the surface mirrors one to the other, which is
        where the echo comes from; elsewhere, unlike the angle to the transmitter, it makes the
        echo the same in both directions, as reciprocity demands.
        """
        ...


class Cover(Protocol):
    """A thin layer over a part, such as a garment."""

    def transmission(
        self, cos_incidence: NDArray[np.float64], frequency_hz: float
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """One-way coefficients (perpendicular, parallel) relative to air of the same thickness.

        The way in is asked for at the angle to the transmitter, the way out at that to the
        receiver.
        """
        ...


@dataclass(frozen=True, eq=False)
class Part:
    """One surface of a scene."""

    mesh: Mesh
    material: Material
    covers: Sequence[Cover] = ()
    """Thin layers between it and the outside; each is passed on the way in and on the way out."""
    opaque: bool = True
    """Whether it hides what is behind it; a garment does not."""
    velocity_m_s: NDArray[np.float64] | tuple[float, float, float] = (0.0, 0.0, 0.0)
    """(3,), or (n_faces, 3): how each face moves while a sweep is taken."""

    @property
    def surface(self) -> tuple[int, ...]:
        """Equal for parts of the same material under the same covers."""
        return (id(self.material), *(id(cover) for cover in self.covers))

    def __post_init__(self) -> None:
        if np.shape(self.velocity_m_s) not in {(3,), (len(self.mesh), 3)}:
            raise ArgumentError(
                "velocity_m_s",
                f"has shape {np.shape(self.velocity_m_s)}",
                f"give (3,) or ({len(self.mesh)}, 3), one per face",
            )
