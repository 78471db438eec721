"""Recorded detections through the tracker, and recorded alarms to the tracks.

Plain files in, plain files out.  Whatever is said of an instant rests on what was known by then
alone, so that a recording cut short gives the same rows up to the cut.
"""
