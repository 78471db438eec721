"""What people carry, as coarse parametric outer shapes for scattering only.

Draw a `CarriedObject` from a `Family` of the `CATALOGUE` or from a container, put it on a body
with `place` or `wrap`, and turn it into parts of a scene with `as_parts`.

======================  =======================================================================
File                    Purpose
======================  =======================================================================
``solids.py``           watertight solids, and why they may overlap
``carried.py``          pieces, objects, families, and the split into train and test
``firearms.py``         long guns and handguns
``explosives.py``       belts and vests
``belts.py``            harmless belts and braces
``pocket_things.py``    phones, keys, wallets and the like
``held_things.py``      laptops, bottles, umbrellas, cameras, tools
``aids.py``             prostheses, crutches, sticks, a child in arms
``containers.py``       backpacks, bags, trolleys, and what lies in them
``packing.py``          how things lie in a bag
``catalogue.py``        all families
``sites.py``            where each kind is carried, and which way round
``placement.py``        at a point of the body
``resting.py``          leaning on a body that is not flat
``wrapping.py``         round the body
``parts.py``            parts for the scattering model
``pictures.py``         contact sheet
======================  =======================================================================
"""

from clearway.twin.objects.carried import CarriedObject, Coating, Family, Fit, Piece, Split
from clearway.twin.objects.catalogue import BENIGN, CATALOGUE, THREATS, families_of
from clearway.twin.objects.containers import CONTAINERS, ContainerFamily
from clearway.twin.objects.parts import as_parts
from clearway.twin.objects.placement import CALM, USUAL, Frame, Jitter, Placed, place
from clearway.twin.objects.resting import lowered, rested
from clearway.twin.objects.sites import PLACE_OF_SITE, WORN_ROUND, draw_site, ways_to_carry
from clearway.twin.objects.wrapping import WrapSurface, wrap

__all__ = [
    "BENIGN",
    "CALM",
    "CATALOGUE",
    "CONTAINERS",
    "PLACE_OF_SITE",
    "THREATS",
    "USUAL",
    "WORN_ROUND",
    "CarriedObject",
    "Coating",
    "ContainerFamily",
    "Family",
    "Fit",
    "Frame",
    "Jitter",
    "Piece",
    "Placed",
    "Split",
    "WrapSurface",
    "as_parts",
    "draw_site",
    "families_of",
    "lowered",
    "place",
    "rested",
    "ways_to_carry",
    "wrap",
]
