import numpy as np
from numpy.typing import NDArray

TAPS: int
NODES: int
COEFFICIENTS: int

def available() -> list[str]: ...
def echo_sum(
    kernel: str,
    tx_amplitude: NDArray[np.complex64],
    rx_amplitude: NDArray[np.complex64],
    tx_range_m: NDArray[np.float64],
    rx_range_m: NDArray[np.float64],
    *,
    carrier_turns_m: float,
    node_turns_m: float,
    samples_per_metre: float,
    most_m: float,
    spreading: NDArray[np.float32],
    weights: NDArray[np.complex64],
    threads: int,
    out: NDArray[np.complex64],
) -> None: ...
