"""Echoes of bodies, clothes and objects: from surfaces and materials to the sweep of an array.

Start with `Mesh` and `Part`: a scene is a list of parts.
"""

from clearway.scattering.mesh import Mesh
from clearway.scattering.part import Part

__all__ = ["Mesh", "Part"]
