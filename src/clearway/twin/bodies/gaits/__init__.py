"""How the joints of a walker turn with the phase of the gait cycle, from two sources."""

from clearway.twin.bodies.gaits.angles import Cycle, Gait, JointAngles
from clearway.twin.bodies.gaits.boulic import BoulicGait
from clearway.twin.bodies.gaits.measured import MeasuredGait

__all__ = ["BoulicGait", "Cycle", "Gait", "JointAngles", "MeasuredGait"]
