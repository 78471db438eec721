"""Training recognisers, from stored looks to a model folder; needs the extra [train].

`clearway curtain train` does it all, and goes on where an interrupted run stopped.
"""
