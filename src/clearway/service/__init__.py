"""The live service: a SAPIENT fusion node around the engine.

``fusion_node`` is the whole behaviour as a pure state machine: messages and clock ticks in,
messages out.  It runs live behind a socket (``live``), or from a log (``replay``), and gives the
same either way.  ``alert_store`` and ``checkpoint`` are what survives a crash.
"""
