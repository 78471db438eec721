"""The radar as hardware: its noise, its emissions, and how its samples differ from ideal ones.

Start with `LinkBudget` for what follows from power and time, and `Instrument` for the samples of
a radar that was built, not drawn.
"""

from clearway.scattering.radar.findings import Finding, Verdict
from clearway.scattering.radar.instrument import Instrument
from clearway.scattering.radar.link_budget import LinkBudget
from clearway.scattering.radar.tolerances import PERFECT, InstrumentErrors

__all__ = ["PERFECT", "Finding", "Instrument", "InstrumentErrors", "LinkBudget", "Verdict"]
