"""The site: its file format, reading and checking it, its picture, and importing a plan."""
