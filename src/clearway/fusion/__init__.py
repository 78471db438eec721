"""Evidence and tracks -> belief per person -> alerts and cues.

==================  ============================================================
`attribution`       to whom a threat sensor's detection belongs
`belief`            what is known of each person (Bayes)
`suspect`           who one suspected carrier may be
`alerts`            when the guard is told, and about whom
`cueing`            whom the trace sensor is asked to look at
==================  ============================================================
"""

from clearway.fusion.alerts import AlertKeeper
from clearway.fusion.attribution import position_weights
from clearway.fusion.belief import BeliefKeeper, Judgement
from clearway.fusion.cueing import Cue, CueKeeper

__all__ = ["AlertKeeper", "BeliefKeeper", "Cue", "CueKeeper", "Judgement", "position_weights"]
