"""Images by range migration in wavenumber space, for dense flat scans and short baselines only.

Back-projection is exact for any array; this back end is for the scans whose many positions make
that slow: one antenna moved over a raster, or a board whose pairs have short baselines.  It is
never chosen by itself, and refuses what it cannot image within its stated bounds.
"""

from clearway.imaging.backends.range_migration.limits import NEAREST_WAVELENGTHS
from clearway.imaging.backends.range_migration.migration import MAX_NRMSE, range_migration_image
from clearway.imaging.backends.range_migration.phase_centre import (
    PHASE_CENTRE_BOUND_WAVELENGTHS,
    PhaseCentres,
    phase_centres,
)
from clearway.imaging.backends.range_migration.raster import OFF_RASTER_WAVELENGTHS

__all__ = [
    "MAX_NRMSE",
    "NEAREST_WAVELENGTHS",
    "OFF_RASTER_WAVELENGTHS",
    "PHASE_CENTRE_BOUND_WAVELENGTHS",
    "PhaseCentres",
    "phase_centres",
    "range_migration_image",
]
