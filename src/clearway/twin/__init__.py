"""The simulated station: crowd, carriers and sensors at detection level."""
