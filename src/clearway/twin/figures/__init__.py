"""Figures of a curtain: passages that were simulated with physics, for the twin to draw from.

=================  ============================================================================
File               Purpose
=================  ============================================================================
``row.py``         one passage: who walked, with what, and what the recogniser said
``conditions.py``  what both simulations know of a crossing: speed, distance, side, occlusion
``file.py``        reading and writing the file, with its provenance
``collecting.py``  making the file walk by walk
``summary.py``     rates with their intervals, over all passages and by condition
``snippet.py``     the lines for the site file
``drawing.py``     a passage of the file for given conditions
``examiner.py``    an examination for each crossing of the crowd
=================  ============================================================================
"""
