"""Class names and extensions of the core taxonomy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.sapient.bindings import Registration
from clearway.sapient.taxonomy import (
    CORE,
    HUMAN,
    THREATS,
    ClassName,
    Extension,
    is_core_class,
)

WEAPONS = Extension("urn:example:weapon", ClassName(CORE, "Equipment.Weapon"), ("Knife", "Gun"))


def registration(*extensions: Extension) -> Registration:
    node = Registration()
    definition = node.mode_definition.add().detection_definition.add()
    classes = definition.detection_class_definition.add()
    for extension in extensions:
        extension.declare(classes)
    return node


@given(st.text(), st.text().filter(lambda value: ":" not in value))
def test_the_last_colon_splits(namespace: str, value: str) -> None:
    assert ClassName.parse(f"{namespace}:{value}") == (namespace, value)


@pytest.mark.parametrize(
    ("text", "is_core"),
    [("Human", True), ("sapient_core:Human", True), (f"{THREATS.namespace}:Human", False)],
)
def test_core_names(text: str, is_core: bool) -> None:
    name = ClassName.parse(text)
    assert name.is_core is is_core
    assert str(name) == text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("human", True),
        ("Human.Female", True),
        ("Human.Female.Tall", None),
        ("Human.Terrorist", False),
        ("Equipment.Weapon", True),
        ("Equipment.Weapon.Gun", None),
        ("Land Vehicle.2 Wheels.Other", None),
        ("Unknown", True),
        ("Unknown.Unknown", False),
        ("Ghost", False),
        ("", False),
    ],
)
def test_the_core_tree(path: str, expected: bool | None) -> None:
    assert is_core_class(path) is expected


def test_extensions_are_declared_and_read() -> None:
    node = registration(THREATS, WEAPONS)
    assert Extension.declared(node) == (THREATS, WEAPONS)
    (dock, _) = (
        node.mode_definition[0]
        .detection_definition[0]
        .detection_class_definition[0]
        .taxonomy_dock_definition
    )
    assert (dock.Dock_class_namespace, dock.Dock_class) == ("sapient_core", "Human")
    assert dock.Extension_subclass[0].Subclass_name == "ConcealedFirearm"
    assert Registration.FromString(node.SerializeToString()) == node


def test_one_dock_may_serve_several_namespaces() -> None:
    node = registration(THREATS)
    dock = (
        node.mode_definition[0]
        .detection_definition[0]
        .detection_class_definition[0]
        .taxonomy_dock_definition[0]
    )
    dock.Extension_subclass.add(Subclass_namespace="urn:example:dress", Subclass_name="Coat")
    dock.Extension_subclass.add(Subclass_namespace="urn:example:dress", Subclass_name="Coat")
    assert Extension.declared(node) == (THREATS, Extension("urn:example:dress", HUMAN, ("Coat",)))


def test_extensions_are_read_as_fast_as_they_come() -> None:
    many = Extension("urn:x", HUMAN, tuple(f"Class{number}" for number in range(50_000)))
    assert Extension.declared(registration(many)) == (many,)
