"""A small simulated crowd inside the package, for a plain install without JuPedSim.

`clearway.twin.crowd.remake_packaged` re-creates it.
"""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
import pyarrow.parquet as pq

from clearway.twin.crowd.people import Crowd, Origin

PACKAGED_RATE_PER_MIN = 60.0
"""Arrivals per minute of the packaged recording, over both directions."""
PACKAGED_DURATION_S = 180.0
PACKAGED_RATE_HZ = 5.0
PACKAGED_FILE = files("clearway.twin.crowd") / "data" / "corridor.parquet"


def packaged_recording() -> Crowd:
    """The packaged two-way corridor crowd: 180 s, 60 arrivals per minute, 5 frames per second.

    Returns
    -------
    Crowd
        In the frame of ``examples/station.toml``, positions rounded to 1 cm.
    """
    with as_file(PACKAGED_FILE) as path:
        table = pq.read_table(path)
    centimetres = np.column_stack([table[name].to_numpy() for name in ("x_cm", "y_cm")])
    made_by = table.schema.metadata[b"jupedsim"].decode()
    return Crowd.from_frames(
        table["person"].to_numpy().astype(np.int64),
        table["frame"].to_numpy().astype(np.int64),
        centimetres / 100.0,
        table["height_cm"].to_numpy() / 100.0,
        rate_hz=PACKAGED_RATE_HZ,
        origin=Origin.SIMULATED,
        description=f"the packaged recording of a JuPedSim {made_by} simulation, "
        "used since JuPedSim is not installed",
    )
