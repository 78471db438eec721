"""Trackers compared: recordings, simulated sensors, scores and peers.

==================  ====================================================================
File                Purpose
==================  ====================================================================
``scenario.py``     real walking people under two simulated sensors
``scoring.py``      how well a tracker's answers follow them
``peers/``          the trackers, Clearway's and others', behind one interface
``comparison.py``   every tracker on every scenario, in a folder that can be resumed
``tables.py``       the comparison as Markdown
``crossings.py``    whose alarm it was, when recorded people cross a threat sensor's lines
==================  ====================================================================
"""
