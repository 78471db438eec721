"""Training recognisers: one command from frames to a model folder; needs the extra [train].

``python -m clearway.recognition.training FRAMES MODEL`` does it all, and goes on where an
interrupted run stopped.
"""
