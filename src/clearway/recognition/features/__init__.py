"""Interpretable features: what a person who looks at the image would point at.

Each has a name, a unit and a meaning; `FEATURES` lists them in the order of `features_of`.
"""

from clearway.recognition.features.table import FEATURES, Feature, features_of
from clearway.recognition.features.view_of_surface import SurfaceView, surface_view

__all__ = ["FEATURES", "Feature", "SurfaceView", "features_of", "surface_view"]
