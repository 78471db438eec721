"""Whole runs: worlds through the engine, what came of them, and the report.

==============  ================================================================
`run`           one world through the engine, into a run folder
`recorder`      the engine's events as tables
`outcomes`      what became of each carrier passage and each alert
`metrics`       the figures of a run, defined once, with n and interval
`reliability`   whether things happen as often as their stated probability says
`ladder`        many runs: the density ladder
`report`        one self-contained HTML page from a run folder
==============  ================================================================
"""
