"""From the image around a person to what the person carries, where, and how sure that is."""
