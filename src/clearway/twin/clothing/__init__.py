"""Clothes: thin layers with folds, dry or wet, over a body and what it carries.

Draw an `Outfit` with `draw_outfit`, put it on a pose with `wear`, and let it fall over objects with
`drape`.
"""

from clearway.twin.clothing.draping import CarriedShape, DrapedChange, drape
from clearway.twin.clothing.dressing import Dressing, dress, wear
from clearway.twin.clothing.fabrics import FABRICS, Fabric, Sheet
from clearway.twin.clothing.garments import GARMENTS, Garment, Piece
from clearway.twin.clothing.outfits import (
    FAMILIES,
    Outfit,
    OutfitFamily,
    Use,
    draw_outfit,
    family_names,
)
from clearway.twin.clothing.wearing import BodyPatch, GarmentPatch, WornOutfit

__all__ = [
    "FABRICS",
    "FAMILIES",
    "GARMENTS",
    "BodyPatch",
    "CarriedShape",
    "DrapedChange",
    "Dressing",
    "Fabric",
    "Garment",
    "GarmentPatch",
    "Outfit",
    "OutfitFamily",
    "Piece",
    "Sheet",
    "Use",
    "WornOutfit",
    "drape",
    "draw_outfit",
    "dress",
    "family_names",
    "wear",
]
