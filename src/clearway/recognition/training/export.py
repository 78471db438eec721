"""From a trained network to an ONNX file."""

from __future__ import annotations

import io
import warnings
from typing import Any

from clearway.errors import ArgumentError
from clearway.recognition.network import INPUT, LARGEST_BYTES, OUTPUT
from clearway.recognition.training.torch_library import loaded_torch

__all__ = ["onnx_bytes"]

_OPSET = 18


def onnx_bytes(network: Any, pooled_shape: tuple[int, int, int]) -> bytes:
    """Export a network, with its batch normalisation folded away by the runtime.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode, on the CPU.
    pooled_shape : (int, int, int)
        Of the volumes that it takes.

    Returns
    -------
    bytes
        Takes any number of volumes at once.

    Raises
    ------
    ArgumentError
        If it is larger than a model may be.
    """
    torch = loaded_torch()
    example = torch.zeros(2, 1, *pooled_shape)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter warns of its own deprecated parts.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (example,),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            opset_version=_OPSET,
            verbose=False,
            dynamo=True,
        )
        program.optimize()
    buffer.write(program.model_proto.SerializeToString())
    content = buffer.getvalue()
    if len(content) > LARGEST_BYTES:
        raise ArgumentError(
            "network", f"has {len(content)} bytes as ONNX", f"train one of at most {LARGEST_BYTES}"
        )
    return content
