"""Designing an array: panels, what they resolve, where their lobes lie, and measures of images."""
