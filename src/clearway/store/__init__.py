"""The output folder of a run: written whole or not at all."""
