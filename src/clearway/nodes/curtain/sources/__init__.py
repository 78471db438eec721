"""Where a curtain's frames come from: a recording, shared memory, or a connection."""

from clearway.nodes.curtain.sources.recording import Recording, write_recording
from clearway.nodes.curtain.sources.ring_source import RingSource
from clearway.nodes.curtain.sources.shared_memory import FrameRing
from clearway.nodes.curtain.sources.stream import FrameListener

__all__ = ["FrameListener", "FrameRing", "Recording", "RingSource", "write_recording"]
