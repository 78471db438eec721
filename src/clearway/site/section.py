"""What all sections of a site file have in common: strict models and limits of values."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["NonNegative", "Positive", "Section", "Source", "Text"]


class Section(BaseModel):
    """A table of the file: no unknown keys, no infinities, and nobody changes it once read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


Positive: TypeAlias = Annotated[float, Field(gt=0.0)]
NonNegative: TypeAlias = Annotated[float, Field(ge=0.0)]
Source: TypeAlias = Annotated[str, Field(min_length=8)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
