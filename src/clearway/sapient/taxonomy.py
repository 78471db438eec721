"""Class names, the core taxonomy, and extensions that dock into it (BSI Flex 335 v2.0, clause 7).

A class is written ``<namespace>:<value>`` (6.4.2.12).  The core namespace is ``sapient_core``;
other namespaces extend it by subclasses that dock under one of its classes, and a node declares
them when it registers (7.3).  Classes exclude each other and their probabilities sum to one (7.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from clearway.sapient.bindings import Registration

__all__ = [
    "CORE",
    "HUMAN",
    "THREATS",
    "ClassName",
    "Extension",
    "dock_path",
    "docks_of",
    "is_core_class",
]

CORE: Final = "sapient_core"
"""Namespace of the classes that the standard itself defines (7.1)."""


class ClassName(NamedTuple):
    """A class with its namespace."""

    namespace: str
    """Empty where a name came without one."""
    value: str

    @classmethod
    def parse(cls, text: str) -> ClassName:
        """Split a name at its last colon: namespaces such as URNs contain colons themselves.

        Examples
        --------
        >>> ClassName.parse("urn:clearway:threat:v1:ConcealedFirearm")
        ClassName(namespace='urn:clearway:threat:v1', value='ConcealedFirearm')
        >>> ClassName.parse("Human")
        ClassName(namespace='', value='Human')
        """
        namespace, _, value = text.rpartition(":")
        return cls(namespace, value)

    def __str__(self) -> str:
        return f"{self.namespace}:{self.value}" if self.namespace else self.value

    @property
    def is_core(self) -> bool:
        """Whether the standard defines it; names without a namespace are taken for such."""
        return self.namespace in ("", CORE)


HUMAN: Final = ClassName(CORE, "Human")
"""The class under which everything that a person may carry is docked."""

_NOT_LISTED: Final = None
_CORE_TREE: Final[dict[str, tuple[str, ...] | None]] = {
    "air vehicle": _NOT_LISTED,
    "animal": _NOT_LISTED,
    "equipment": ("rf transmitter", "weapon", "passive sensor", "other"),
    "fixed object": _NOT_LISTED,
    "human": ("male", "female"),
    "land vehicle": _NOT_LISTED,
    "sea vessel": _NOT_LISTED,
    "unknown": (),
}
"""First level of the core classes, and the second where people and what they carry dock.

The branches of vehicles, animals and buildings are not listed: nobody here docks there."""

_LEVEL = "."
"""Between the levels of a docking class, as the standard's authors write it in their samples."""


def is_core_class(path: str) -> bool | None:
    """Whether a class is one of the core taxonomy; letter case does not matter.

    Parameters
    ----------
    path : str
        Without the namespace; levels are separated by full stops: ``Equipment.Weapon``.

    Returns
    -------
    bool or None
        None where the class lies in a branch that is not listed here.

    Examples
    --------
    >>> is_core_class("Human"), is_core_class("Equipment.Hat"), is_core_class("Animal.Horse")
    (True, False, None)
    """
    first, *deeper = (level.strip() for level in path.casefold().split(_LEVEL))
    if first not in _CORE_TREE:
        return False
    if not deeper:
        return True
    second = _CORE_TREE[first]
    if second is _NOT_LISTED:
        return None
    if deeper[0] not in second:
        return False
    return True if len(deeper) == 1 else None


@dataclass(frozen=True, slots=True)
class Extension:
    """Subclasses of one namespace, docked under one class (7.3)."""

    namespace: str
    dock: ClassName
    """The class that they refine."""
    values: tuple[str, ...]
    """The subclasses, without the namespace."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The subclasses as they are written in a report."""
        return tuple(str(ClassName(self.namespace, value)) for value in self.values)

    def declare(
        self, classes: Registration.DetectionClassDefinition, units: str = "probability"
    ) -> None:
        """Add the extension to what a node says of its classes when it registers.

        Parameters
        ----------
        classes : Registration.DetectionClassDefinition
            Is added to.
        units : str
            Of the confidences.
        """
        dock = classes.taxonomy_dock_definition.add(
            Dock_class_namespace=self.dock.namespace, Dock_class=self.dock.value
        )
        for value in self.values:
            dock.Extension_subclass.add(
                Subclass_namespace=self.namespace, Subclass_name=value, units=units
            )

    @classmethod
    def declared(cls, registration: Registration) -> tuple[Extension, ...]:
        """The extensions that a node has declared, in the order of its registration.

        One docking definition may hold subclasses of several namespaces: they are several
        extensions.
        """
        found: dict[tuple[str, ClassName], dict[str, None]] = {}
        for dock, _ in docks_of(registration):
            class_name = ClassName(dock.Dock_class_namespace, dock.Dock_class)
            for subclass in dock.Extension_subclass:
                values = found.setdefault((subclass.Subclass_namespace, class_name), {})
                values[subclass.Subclass_name] = None
        return tuple(cls(*key, tuple(values)) for key, values in found.items())


THREATS: Final = Extension(
    "urn:clearway:threat:v1",
    HUMAN,
    (
        "ConcealedFirearm",
        "ConcealedExplosive",
        "ConcealedFirearmAndExplosive",
        "NoConcealedThreat",
    ),
)
"""What a person may carry.  Classes exclude each other, hence one for both at once."""


def docks_of(
    registration: Registration,
) -> Iterator[tuple[Registration.TaxonomyDockDefinition, tuple[int, ...]]]:
    """Every docking definition of a registration, with its place for `dock_path`."""
    for i, mode in enumerate(registration.mode_definition):
        for j, definition in enumerate(mode.detection_definition):
            for k, classes in enumerate(definition.detection_class_definition):
                for n, dock in enumerate(classes.taxonomy_dock_definition):
                    yield dock, (i, j, k, n)


def dock_path(place: tuple[int, ...]) -> str:
    """Where in a registration a docking definition is.

    Examples
    --------
    >>> dock_path((0, 1, 0, 2)).partition(".")[0]
    'mode_definition[0]'
    """
    fields = (
        "mode_definition",
        "detection_definition",
        "detection_class_definition",
        "taxonomy_dock_definition",
    )
    return ".".join(f"{field}[{index}]" for field, index in zip(fields, place, strict=True))
