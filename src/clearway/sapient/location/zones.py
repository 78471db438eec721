"""UTM zones: strips of six degrees, and the texts that name them."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.sapient.location.frame import LocationError

__all__ = ["UtmZone"]

_BANDS = "CDEFGHJKLMNPQRSTUVWX"
"""Latitude bands of eight degrees from 80 degrees south; the last has twelve."""
_FIRST_LATITUDE_DEG, _LAST_LATITUDE_DEG, _BAND_DEG = -80.0, 84.0, 8.0
_NORTHERN = "NPQRTUVWX"
_SOUTHERN = "CDEFGHJKLM"
_EITHER = ("S", "")
FALSE_NORTHING_M = 10_000_000.0
"""Added to northings of the southern hemisphere, so that they are positive."""


@dataclass(frozen=True, slots=True)
class UtmZone:
    """One zone of one hemisphere."""

    number: int
    """1 to 60, eastwards from the antimeridian."""
    southern: bool
    """Whether northings have the false northing of the southern hemisphere."""

    @classmethod
    def containing(cls, latitude_deg: float, longitude_deg: float) -> UtmZone:
        """The zone that a place lies in, with the exceptions of Norway and Svalbard.

        Raises
        ------
        LocationError
            Beyond 80 degrees south or 84 degrees north, where UTM is not defined.
        """
        if not _FIRST_LATITUDE_DEG <= latitude_deg <= _LAST_LATITUDE_DEG:
            raise LocationError(
                f"UTM is not defined at latitude {latitude_deg:g}",
                f"use it from {_FIRST_LATITUDE_DEG:g} to {_LAST_LATITUDE_DEG:g} degrees",
            )
        longitude = (longitude_deg + 180.0) % 360.0 - 180.0
        number = int((longitude + 180.0) // 6.0) + 1
        if 56.0 <= latitude_deg < 64.0 and 3.0 <= longitude < 12.0:
            number = 32  # all of southern Norway
        elif latitude_deg >= 72.0 and 0.0 <= longitude < 42.0:
            # Svalbard: four wide zones in place of seven.
            number = 31 + 2 * sum(longitude >= edge for edge in (9.0, 21.0, 33.0))
        return cls(number, southern=latitude_deg < 0.0)

    def text(self, latitude_deg: float) -> str:
        """How the zone is written for a place: with the letter of its latitude band.

        Band S, 32 to 40 degrees north, is written N: some readers take S for "southern", and N is
        northern to all of them.

        Examples
        --------
        >>> [UtmZone(33, False).text(latitude) for latitude in (41.9, 38.1)]
        ['33T', '33N']
        >>> UtmZone(56, True).text(-33.9)
        '56H'
        """
        index = int((latitude_deg - _FIRST_LATITUDE_DEG) // _BAND_DEG)
        southern_bands = len(_SOUTHERN)
        if self.southern:
            band = _BANDS[min(max(index, 0), southern_bands - 1)]
        else:
            band = _BANDS[min(max(index, southern_bands), len(_BANDS) - 1)].replace("S", "N")
        return f"{self.number}{band}"

    @classmethod
    def named(cls, text: str, northing_m: float, site_northing_m: float) -> UtmZone:
        """The zone that a text means, such as ``33T``, ``33N``, ``56S`` or ``33``.

        S alone is ambiguous: the band from 32 to 40 degrees north, or the southern hemisphere.  Of
        both the one is taken in which the place lies nearer to the site; they are 10,000 km
        apart.  The same decides where there is no letter.

        Parameters
        ----------
        text : str
        northing_m : float
            Of the place, as it came.
        site_northing_m : float
            Of the site, from the equator, negative in the south.

        Raises
        ------
        LocationError
            The text names no zone.
        """
        clean = text.strip().upper()
        digits = clean[:-1] if clean[-1:].isalpha() else clean
        letter = clean[len(digits) :]
        known = letter in _EITHER or letter in _NORTHERN or letter in _SOUTHERN
        if not (known and digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= 60):
            raise LocationError(
                f"{text[:20]!r} is no UTM zone",
                "send its number and latitude band, such as 33T, or hemisphere, such as 33N",
            )
        if letter in _EITHER:
            in_south = abs(northing_m - FALSE_NORTHING_M - site_northing_m)
            southern = in_south < abs(northing_m - site_northing_m)
        else:
            southern = letter in _SOUTHERN
        return cls(int(digits), southern)

    @property
    def projection(self) -> str:
        """The zone as a step of a PROJ pipeline."""
        return f"+proj=utm +zone={self.number} +ellps=WGS84" + (" +south" if self.southern else "")
