"""Others that form the same image, or the same kind of image, behind one interface."""

from clearway.bench.peers.base import FormImage, Peer, Scope
from clearway.bench.peers.factored import FactoredNumba, block_order
from clearway.bench.peers.fastsar import FastSar
from clearway.bench.peers.torchbp import MonostaticPlane

__all__ = [
    "FactoredNumba", "FastSar", "FormImage", "MonostaticPlane", "Peer", "Scope", "block_order"
]  # fmt: skip
