"""People who walk past a curtain's panels, from who they are to what the panels measure.

========================  =====================================================================
File                      Purpose
========================  =====================================================================
``people.py``             who walks, how, in what clothes, and what they carry
``figure.py``             one person at one moment, as parts of a scene
``lane.py``               where the person is at each frame, seen from each panel
``echoes.py``             what an ideal radar receives; a clean passage serves many loads
``looks.py``              what the recogniser is given: noise, calibration, image, view
``characterising.py``     one walk simulated and read, for the figures of a curtain
``simulated_set.py``      stored looks to train recognisers with and to test them on
========================  =====================================================================
"""
