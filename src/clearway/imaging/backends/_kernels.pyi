import numpy as np
from numpy.typing import NDArray

WINDOW: int
BLOCK: int
MOST_RECEIVERS: int

def available() -> list[tuple[str, int, int, float]]: ...
def peaks(profiles: NDArray[np.complex64]) -> NDArray[np.float32]: ...

class Packed:
    def __init__(self, kernel: str, n_channels: int, n_samples: int) -> None: ...
    def pack(
        self,
        profiles: NDArray[np.complex64],
        rows: NDArray[np.int64],
        scale: NDArray[np.float32],
    ) -> None: ...
    def compute(
        self,
        samples_per_metre: float,
        turns_per_metre: float,
        passes: NDArray[np.int64],
        receivers_m: NDArray[np.float64],
        transmitters_m: NDArray[np.float64],
        transmit_scale: NDArray[np.float32],
        displacement_m: NDArray[np.float64] | None,
        first_entry: NDArray[np.int64],
        receiver: NDArray[np.int32],
        channel: NDArray[np.int32],
        monostatic: bool,
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
        z_m: NDArray[np.float64],
        shape: list[int],
        tiles: NDArray[np.int32],
        margin_samples: float,
        threads: int,
        image: NDArray[np.complex64],
    ) -> None: ...
