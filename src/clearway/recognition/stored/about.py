"""What a set of stored looks was made with: what does not agree must not be used together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from clearway.errors import ArgumentError, Fault
from clearway.imaging import Region
from clearway.recognition.model_schema import InterestTable, SpaceTable
from clearway.recognition.quality import MEASURED, SPACE
from clearway.recognition.roi import RegionOfInterest

__all__ = ["SetAbout"]

_MEASURES = tuple(reason.value for reason in MEASURED)
_AGAIN = "make the set again with this version of Clearway, or use the version that made it"


class SetAbout(BaseModel):
    """One for each file of a set."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: Literal[2] = 2
    simulated: bool
    """Whether any of its bodies and sensors were computed."""
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    """Who recorded it and with what, or how it was simulated."""
    interest: InterestTable
    """The voxels that were imaged."""
    space: SpaceTable
    """That the margin among the measures of view quality refers to."""
    measures: tuple[str, ...] = _MEASURES
    """Names of the columns of measures of view quality."""

    @classmethod
    def of(
        cls,
        source: str,
        *,
        simulated: bool,
        interest: RegionOfInterest | None = None,
        space: Region = SPACE,
    ) -> SetAbout:
        """Of a set that this version of Clearway makes.

        Parameters
        ----------
        source : str
        simulated : bool
        interest : RegionOfInterest, optional
            The default one if none is given.
        space : Region
        """
        return cls(
            simulated=simulated,
            sources=(source,),
            interest=InterestTable.model_validate(asdict(interest or RegionOfInterest())),
            space=SpaceTable.of(space),
        )

    def faults(self) -> Iterator[Fault]:
        """What this version of Clearway cannot use."""
        if self.measures != _MEASURES:
            other = sorted(set(self.measures) ^ set(_MEASURES))
            told = f"differ in {', '.join(other)}" if other else "come in another order"
            problem = f"are not those of this version of Clearway: they {told}"
            yield Fault(problem, _AGAIN, "measures")
        try:
            self.interest.build()
        except ArgumentError as error:
            yield error.fault

    def check_fits(self, interest: InterestTable, space: SpaceTable) -> None:
        """Refuse what was made with another region of interest or another space than this set.

        Raises
        ------
        ArgumentError
        """
        for name, own, other in (
            ("interest", self.interest, interest),
            ("space", self.space, space),
        ):
            if other != own:
                raise ArgumentError(
                    name,
                    f"is {other}, not {own}",
                    "use sets and models that were made with the same, or make the set again",
                )

    def joined(self, other: SetAbout) -> SetAbout:
        """Of both together.

        Raises
        ------
        ArgumentError
            Sets that were made with another region of interest or space.
        """
        self.check_fits(other.interest, other.space)
        return self.model_copy(
            update={
                "simulated": self.simulated or other.simulated,
                "sources": tuple(dict.fromkeys((*self.sources, *other.sources))),
            }
        )
