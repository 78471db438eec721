"""Clearway finds who in a moving crowd carries a firearm or explosives, without stopping anyone.

The folders follow the data:

========================  =====================================================================
`clearway.site`           the site file: floor plan, sensors, prior, decisions, crowd
`clearway.twin`           the simulated station: crowd, carriers, sensors
`clearway.domain`         the words all parts share: Detection, Track, Evidence, Belief, Alert
`clearway.tracking`       detections -> tracks
`clearway.fusion`         evidence + tracks -> belief per person -> alerts and cues
`clearway.imaging`        radar sweeps -> 3-D images
`clearway.engine`         the sans-I/O object that joins tracking and fusion
`clearway.trial`          whole runs, metrics and the report
`clearway.store`          the output folder and its tables
`clearway.bench`          rates beside peers
`clearway.cli`            the commands
========================  =====================================================================
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        # Looked up when somebody asks: every command would wait for the library that does it.
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import version  # noqa: PLC0415

        return version("clearway")
