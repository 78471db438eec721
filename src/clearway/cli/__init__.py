"""The commands; each is thin and calls the package that does the work."""
