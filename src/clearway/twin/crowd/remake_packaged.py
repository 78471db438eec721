"""Re-create the packaged recording: the corridor of ``examples/station.toml``, simulated.

python -m clearway.twin.crowd.remake_packaged examples/station.toml
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.resources import as_file
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clearway.site.reading import load_site
from clearway.site.schema import Site
from clearway.twin.crowd.packaged import (
    PACKAGED_DURATION_S,
    PACKAGED_FILE,
    PACKAGED_RATE_HZ,
    PACKAGED_RATE_PER_MIN,
)
from clearway.twin.crowd.simulated import simulate

_WARM_UP_S = 40.0
_SEED = 1


def write_packaged_recording(path: Path, site: Site) -> None:
    """Simulate the packaged recording anew and write it.

    Parameters
    ----------
    path : Path
        Parquet file with the columns ``person``, ``frame`` (5 per second), ``x_cm``, ``y_cm`` and
        ``height_cm``; its metadata names the seed and the versions.
    site : Site
        The corridor of ``examples/station.toml``.

    Raises
    ------
    MissingExtraError
        JuPedSim is not installed.
    """
    crowd = simulate(
        site,
        np.random.default_rng(_SEED),
        duration_s=PACKAGED_DURATION_S,
        rate_per_min=PACKAGED_RATE_PER_MIN,
        warm_up_s=_WARM_UP_S,
    )
    every_nth = round(crowd.rate_hz / PACKAGED_RATE_HZ)
    kept = crowd.frame_of_row % every_nth == 0
    columns = {
        "person": np.repeat(crowd.person_id, crowd.length),
        "frame": crowd.frame_of_row // every_nth,
        "x_cm": np.rint(crowd.position_m[:, 0] * 100.0),
        "y_cm": np.rint(crowd.position_m[:, 1] * 100.0),
        "height_cm": np.rint(np.repeat(crowd.height_m, crowd.length) * 100.0),
    }
    table = pa.table({name: column[kept].astype(np.int16) for name, column in columns.items()})
    table = table.replace_schema_metadata(
        {
            "seed": str(_SEED),
            "site": site.name,
            **{package: version(package) for package in ("clearway", "jupedsim", "numpy")},
        }
    )
    # Steps of a walk are small and alike, so differences pack far better than a dictionary.
    pq.write_table(
        table, path, compression="zstd", use_dictionary=False, column_encoding="DELTA_BINARY_PACKED"
    )


if __name__ == "__main__":
    with as_file(PACKAGED_FILE) as packaged:
        write_packaged_recording(packaged, load_site(Path(sys.argv[1])))
