"""A microwave curtain as a SAPIENT node.

One frame goes this way: a source gives it (`sources`), the background and the channels' gains are
taken out (`background`), people are located by a tracker or by a coarse image (`follower`), each
one's surroundings are imaged and read (`panel`, `pipeline`), and the looks of one walk become one
reading (`passages`), which `node` sends with its evidence.
"""

from clearway.nodes.curtain.evidence_store import AlarmImage, EvidenceStore
from clearway.nodes.curtain.figures import Figures, StageTimes
from clearway.nodes.curtain.frames import FrameSource, RadarFrame
from clearway.nodes.curtain.node import CurtainNodeRequest, run_curtain_node
from clearway.nodes.curtain.people import Person
from clearway.nodes.curtain.pipeline import CurtainPipeline, Looked
from clearway.nodes.curtain.settings import CurtainSettings

__all__ = [
    "AlarmImage",
    "CurtainNodeRequest",
    "CurtainPipeline",
    "CurtainSettings",
    "EvidenceStore",
    "Figures",
    "FrameSource",
    "Looked",
    "Person",
    "RadarFrame",
    "StageTimes",
    "run_curtain_node",
]
