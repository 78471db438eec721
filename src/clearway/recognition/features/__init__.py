"""Interpretable features: what one would point at who looks at one place of the image.

Each has a name, a unit and a meaning; `FEATURES` lists them in the order of `features_of`.
"""

from clearway.recognition.features.table import FEATURES, Feature, features_of, shows

__all__ = ["FEATURES", "Feature", "features_of", "shows"]
