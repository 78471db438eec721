"""People who walk past a curtain's panels, from who they are to what the panels measure.

========================  =====================================================================
File                      Purpose
========================  =====================================================================
``people.py``             who walks, how, in what clothes, and what they carry
``figure.py``             one person at one moment, as parts of a scene
``room.py``               how far arms are held off for what is carried beside them
``lane.py``               where the person is at each frame, seen from each panel
``echoes.py``             what an ideal radar receives; a clean passage serves many loads
``looks.py``              what the recogniser is given: noise, calibration, image, view
``reading.py``            what the recogniser says of each look, and how far its place is off
``characterising.py``     one walk simulated and read, for the figures of a curtain
``crowd_walks.py``        people of a crowd as walks past a curtain
``crowd_passages.py``     their passages simulated and read, in the place of a curtain's figures
``simulated_set.py``      stored looks to train recognisers with and to test them on
========================  =====================================================================
"""
