"""Images on an NVIDIA graphics card, with the extra ``[gpu]``."""

from clearway.imaging.backends.cuda.device import has_device
from clearway.imaging.backends.cuda.former import CudaFormer

__all__ = ["CudaFormer", "has_device"]
