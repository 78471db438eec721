"""How much the live service takes: sensors as processes of their own, over mutual TLS.

`measure` runs the load once; `validator_rates` times the validator beside a peer's.
"""

from clearway.bench.sapient.latency import LatencyCounts
from clearway.bench.sapient.load import Load, camera_site
from clearway.bench.sapient.picture import memory_figure
from clearway.bench.sapient.run import Measurement, best_of, measure
from clearway.bench.sapient.validators import PEER, ValidatorRates, validator_rates

__all__ = [
    "PEER",
    "LatencyCounts",
    "Load",
    "Measurement",
    "ValidatorRates",
    "best_of",
    "camera_site",
    "measure",
    "memory_figure",
    "validator_rates",
]
