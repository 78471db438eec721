"""Walking bodies for the simulator of the curtain's physics.

Take a `Body` of the `population`, give it a gait, a speed and habits, and ask the `Walker` for its
`BodyPose` at a phase of the cycle: the skin as a mesh, the velocity and the place on the body of
each face, and frames on the skin for what is carried.

Examples
--------
>>> walker = Walker(population()[0], BoulicGait(), speed_m_s=1.2)
>>> pose = walker.at(phase=0.25)
>>> pose.site("right_hip").place
'right_hip'
"""

from clearway.twin.bodies.body import Body, Skin, population
from clearway.twin.bodies.gaits import BoulicGait, Gait, MeasuredGait
from clearway.twin.bodies.habits import Arm, Habits, drawn_habits
from clearway.twin.bodies.pose import BodyPose, Girth, Site
from clearway.twin.bodies.regions import Region
from clearway.twin.bodies.sites import SITES
from clearway.twin.bodies.walker import Walker

__all__ = [
    "SITES",
    "Arm",
    "Body",
    "BodyPose",
    "BoulicGait",
    "Gait",
    "Girth",
    "Habits",
    "MeasuredGait",
    "Region",
    "Site",
    "Skin",
    "Walker",
    "drawn_habits",
    "population",
]
