"""Echoes of bodies, clothes and objects: from surfaces and materials to the sweep of an array.

A scene is a list of parts, each a `Mesh` of some material under thin covers.  `simulate` gives its
sweep; a `Scene` keeps what it has worked out, so that a load costs only its own echoes.

====================  =========================================================================
Where                 What
====================  =========================================================================
``mesh``, ``part``    surfaces, and what they are made of
``materials``         metal, skin, slabs and garments from 8 to 18 GHz
``scene``             what antennas see, and the sweep
``physical_optics``   what each facet radiates
``second_bounce``     echoes by way of another surface
``echo_sum``          the sum over facets for all pairs and frequencies
``radar``             noise, emissions and errors of the instrument
``closed_forms``      sphere, plate, dihedral and layers, to check all this against
====================  =========================================================================
"""

from clearway.scattering.antennas import Antenna, Elements
from clearway.scattering.mesh import Mesh
from clearway.scattering.part import Part
from clearway.scattering.scene import Scene, simulate
from clearway.scattering.settings import Settings

__all__ = ["Antenna", "Elements", "Mesh", "Part", "Scene", "Settings", "simulate"]
