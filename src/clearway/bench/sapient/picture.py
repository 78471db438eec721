"""The service's memory against the messages it has accepted."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from clearway.bench.sapient.run import Measurement

__all__ = ["memory_figure"]


def memory_figure(run: Measurement) -> Figure:
    """Resident memory; a service that forgets nothing would climb to the right."""
    drawn = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = drawn.subplots()
    accepted = np.array(run.service.sampled_messages) / 1e3
    resident = np.array(run.service.sampled_bytes) / 1e6
    axes.plot(accepted, resident, color="C0", linewidth=1.2)
    axes.set_xlabel("messages accepted, thousands")
    axes.set_ylabel("resident memory of the service, MB")
    axes.set_ylim(bottom=0.0)
    axes.set_xlim(left=0.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, alpha=0.25)
    return drawn
