"""Evidence and tracks -> belief per person -> alerts and cues.

==================  ============================================================
`readings`          what a sensor's reading says of the hypotheses
`handover`          whose a threat sensor's looks are
`passage`           the likelihood of several looks at one person
`registration`      a threat sensor's offset, learned over passages
`candidates`        the smallest set of people that holds a probability
`belief`            what is known of each person (Bayes)
`suspect`           who one suspected carrier may be
`alerts`            when the guard is told, and about whom
`decision`          the operating point that the site's costs imply
`cueing`            whom the trace sensor is asked to look at
==================  ============================================================
"""

from clearway.fusion.alerts import AlertKeeper
from clearway.fusion.belief import BeliefKeeper, Judgement
from clearway.fusion.cueing import Cue, CueKeeper
from clearway.fusion.handover import HandOver, Look

__all__ = [
    "AlertKeeper",
    "BeliefKeeper",
    "Cue",
    "CueKeeper",
    "HandOver",
    "Judgement",
    "Look",
]
