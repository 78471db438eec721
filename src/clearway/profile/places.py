"""The site's frame, tied to the Earth by its survey point."""

from __future__ import annotations

from clearway.sapient.location import SiteFrame
from clearway.site.schema import Site


def site_frame(site: Site) -> SiteFrame:
    """The site file's origin, in the words of the wire."""
    origin = site.origin
    return SiteFrame(
        latitude_deg=origin.latitude_deg,
        longitude_deg=origin.longitude_deg,
        altitude_m=origin.altitude_m,
        heading_deg=origin.heading_deg,
    )
