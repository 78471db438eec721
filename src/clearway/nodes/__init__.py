"""Edge nodes: the twin's sensors, each behind a SAPIENT connection of its own.

They stand in for real sensors in front of the live service: `clearway node` runs one kind of them,
`clearway demo --live` runs all beside the service.  `clearway.nodes.curtain` is a node for a real
radar, too: it makes detections of raw sweeps.
"""
