"""Class names, the core taxonomy, and extensions that dock into it (BSI Flex 335 v2.0, clause 7).

A class is written ``<namespace>:<value>`` (6.4.2.12).  The core namespace is ``sapient_core``;
other namespaces extend it by subclasses that dock under one of its classes, and a node declares
them when it registers (7.3).  Classes exclude each other and their probabilities sum to one (7.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from clearway.sapient.bindings import Registration
from clearway.sapient.validate import Finding, Rule, Severity

__all__ = [
    "CORE",
    "DOCKING_RULES",
    "HUMAN",
    "THREATS",
    "ClassName",
    "Extension",
    "check_docking",
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
        found: dict[tuple[str, ClassName], list[str]] = {}
        for _, dock in _docks(registration):
            class_name = ClassName(dock.Dock_class_namespace, dock.Dock_class)
            for subclass in dock.Extension_subclass:
                values = found.setdefault((subclass.Subclass_namespace, class_name), [])
                if subclass.Subclass_name not in values:
                    values.append(subclass.Subclass_name)
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

DOCKING_RULES: Final[dict[str, Rule]] = {
    "taxonomy.dock_class.unknown": Rule(
        Severity.WARNING, "7.3", "an extension under a class that the core taxonomy does not have"
    ),
    "taxonomy.dock_namespace.unknown": Rule(
        Severity.WARNING, "7.3", "an extension under a class of an undeclared namespace"
    ),
    "taxonomy.subclass.empty": Rule(
        Severity.WARNING, "7.3", "a docking definition that adds no subclass"
    ),
    "taxonomy.subclass.in_core": Rule(
        Severity.WARNING, "7.1", "an extension that claims the core namespace for its own classes"
    ),
}
"""What can be wrong with the extensions of a Registration."""


def check_docking(registration: Registration) -> tuple[Finding, ...]:
    """What is odd about the extensions that a node declares; none of it refuses a node.

    Parameters
    ----------
    registration : Registration
    """
    namespaces = {extension.namespace for extension in Extension.declared(registration)}
    return tuple(
        Finding(rule, DOCKING_RULES[rule].severity, path, message, DOCKING_RULES[rule].clause)
        for path, dock in _docks(registration)
        for rule, message in _oddities(dock, namespaces)
    )


def _oddities(
    dock: Registration.TaxonomyDockDefinition, namespaces: Iterable[str]
) -> Iterator[tuple[str, str]]:
    name = dock.Dock_class[:60]
    if dock.Dock_class_namespace == CORE:
        if is_core_class(dock.Dock_class) is False:
            text = f"{name!r} is no class of the core taxonomy; dock under Human, say"
            yield "taxonomy.dock_class.unknown", text
    elif dock.Dock_class_namespace not in namespaces:
        text = f"nothing declares the namespace {dock.Dock_class_namespace[:60]!r}; use {CORE}"
        yield "taxonomy.dock_namespace.unknown", text
    if not dock.Extension_subclass:
        yield "taxonomy.subclass.empty", f"nothing is docked under {name!r}; name its subclasses"
    for subclass in dock.Extension_subclass:
        if subclass.Subclass_namespace == CORE:
            text = f"{subclass.Subclass_name[:60]!r} needs a namespace of its own"
            yield "taxonomy.subclass.in_core", text


def _docks(registration: Registration) -> Iterator[tuple[str, Registration.TaxonomyDockDefinition]]:
    """Every docking definition of a registration, with its path."""
    for i, mode in enumerate(registration.mode_definition):
        for j, definition in enumerate(mode.detection_definition):
            inside = f"registration.mode_definition[{i}].detection_definition[{j}]"
            for k, classes in enumerate(definition.detection_class_definition):
                for n, dock in enumerate(classes.taxonomy_dock_definition):
                    place = f"detection_class_definition[{k}].taxonomy_dock_definition[{n}]"
                    yield f"{inside}.{place}", dock
