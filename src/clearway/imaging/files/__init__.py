"""Sweeps and images in files: own layout in Zarr 3 and HDF5; import of MATLAB, CSV and others."""

from clearway.imaging.files.image import StoredImage, read_image, write_image
from clearway.imaging.files.mapping import ArrayMapping, load_mapping, shipped_mappings
from clearway.imaging.files.reading import frame_count, read_sweep
from clearway.imaging.files.writing import write_sweeps

__all__ = [
    "ArrayMapping",
    "StoredImage",
    "frame_count",
    "load_mapping",
    "read_image",
    "read_sweep",
    "shipped_mappings",
    "write_image",
    "write_sweeps",
]
