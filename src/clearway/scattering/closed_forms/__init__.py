"""Exact and asymptotic solutions that the scattering model is checked against.

Directions, polarisations and places are vectors of one Cartesian frame, in metres; time goes as
``exp(+j omega t)``.  Scatterers of finite size answer with a scattering dyad ``F`` (..., 3, 3) in
metres: a plane wave ``E`` from direction ``k_i`` gives, far away along ``k_s``, the field
``F E exp(-j k r) / r``, so that the radar cross-section is ``4 pi |p_r . F p_t|^2``.
"""

from clearway.scattering.closed_forms.dihedral import dihedral_amplitude
from clearway.scattering.closed_forms.layers import LayeredResponse, fresnel, layered_response
from clearway.scattering.closed_forms.plate import plate_dyad
from clearway.scattering.closed_forms.sphere import sphere_dyad

__all__ = [
    "LayeredResponse",
    "dihedral_amplitude",
    "fresnel",
    "layered_response",
    "plate_dyad",
    "sphere_dyad",
]
