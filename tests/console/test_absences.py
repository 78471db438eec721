"""What the station has not, so that nobody can attack it, and what its own sources never do."""

from __future__ import annotations

import ast
import inspect
import secrets
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest

from clearway.accounts import Invitations, Sessions, Users
from clearway.accounts.tables import ACCOUNT_TABLES
from clearway.audit import AuditLog
from clearway.console.context import ConsoleContext
from clearway.console.openapi import document
from clearway.site.schema import Site
from clearway.store.database import open_database
from tests.console.room import Room
from tests.console.sources import PACKAGE, calls, imports, trees

LIBRARIES: Final = {
    "directory services": {"ldap", "ldap3", "bonsai"},
    "other identity providers": {
        "authlib",
        "jose",
        "joserfc",
        "jwcrypto",
        "jwt",
        "msal",
        "oauthlib",
        "oic",
        "onelogin",
        "saml2",
        "litestar.security.jwt",
    },
    "queries by graph": {"ariadne", "gql", "graphene", "graphql", "strawberry"},
    "mail": {"aiosmtplib", "imaplib", "poplib", "smtplib"},
    "text messages": {"twilio", "vonage"},
    "shared caches": {"aiomcache", "memcache", "pylibmc", "pymemcache", "redis"},
    "calls by browser": {"aiortc", "aioice", "pion"},
    "requests to web servers": {
        "aiohttp",
        "http.client",
        "httpx",
        "requests",
        "urllib.request",
        "urllib3",
        "websockets",
    },
    "markup languages": {"bs4", "docutils", "html5lib", "markdown", "mistune", "nh3"},
    "queries of XML": {"lxml.isoschematron", "lxml.html", "elementpath", "xml.sax", "xml.dom"},
    "other templates": {"chameleon", "mako", "tornado", "litestar.template"},
    "typesetting": {"latex", "pylatex", "reportlab"},
    "Java": {"jpype", "py4j", "jnius"},
    "uploads": {"litestar.datastructures.UploadFile", "multipart", "python_multipart"},
    "downloads by name": {"litestar.response.File", "litestar.static_files"},
    "redirects": {"litestar.response.Redirect", "litestar.response.redirect"},
}


@pytest.mark.parametrize("libraries", LIBRARIES.values(), ids=LIBRARIES)
def test_nothing_is_imported_for(libraries: set[str]) -> None:
    used = {name for one in imports() for name in _and_above(one)}
    assert used & libraries == set()


def _and_above(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts) + 1)}


def test_the_sources_were_read() -> None:
    assert {"litestar", "litestar.get", "secrets", "hashlib"} <= imports()
    assert [place for place, _ in calls("hash_password")]


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__"])
def test_no_code_is_made_while_it_runs(name: str) -> None:
    # A pattern is compiled by the method of that name, which is no function.
    found = [place for place, call in calls(name) if isinstance(call.func, ast.Name)]
    assert found == []


def test_no_page_or_message_brings_objects_to_life() -> None:
    dangerous = {"pickle", "marshal", "shelve", "dill", "yaml", "cloudpickle", "jsonpickle"}
    users = [
        str(path)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and dangerous & {alias.name for alias in node.names}
    ]
    # Of a file that nobody else may write: tests/service/test_checkpoint.py.
    assert users == ["service/checkpoint.py"]


def test_no_command_line_is_put_together() -> None:
    assert [place for name in ("system", "popen", "Popen") for place, _ in calls(name)] == []
    for place, call in calls("run"):
        called = call.func
        if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "subprocess":
            assert place.startswith("imaging/files/matlab.py"), place
            assert "shell" not in {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize("name", ["execute", "exec_driver_sql"])
def test_no_statement_of_the_database_is_put_together(name: str) -> None:
    folders = ("accounts", "audit", "console", "control_room")
    for place, call in calls(name, *folders):
        for node in ast.walk(call.args[0]):
            assert not isinstance(node, ast.JoinedStr | ast.Mod), place
    assert "sqlalchemy.text" not in imports(*folders)


@pytest.mark.parametrize("name", ["compile", "match", "fullmatch", "search", "sub", "findall"])
def test_no_pattern_is_made_of_what_came_in(name: str) -> None:
    for place, call in calls(name, "accounts", "audit", "console", "sapient", "service", "bridges"):
        called = call.func
        if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "re":
            parts = [part for part in ast.walk(call.args[0]) if isinstance(part, ast.Name)]
            assert all(part.id.isupper() for part in parts), place


@pytest.mark.parametrize("name", ["debug", "info", "warning", "error", "exception", "critical"])
def test_the_text_of_a_log_line_is_fixed(name: str) -> None:
    for place, call in calls(name):
        if isinstance(call.func, ast.Attribute) and "log" in ast.unparse(call.func.value).lower():
            # A text alone is written as it is; with more, places in it are filled.
            alone = len(call.args) == 1 and not isinstance(call.args[0], ast.JoinedStr)
            assert alone or isinstance(call.args[0], ast.Constant), place


def test_no_text_with_places_in_it_comes_from_outside() -> None:
    for place, call in calls("format", "accounts", "audit", "console", "service", "bridges"):
        called = call.func
        assert isinstance(called, ast.Attribute), place
        assert isinstance(called.value, ast.Constant), place


def test_xml_is_read_without_entities() -> None:
    read = [
        call
        for name in ("fromstring", "parse", "iterparse", "XML")
        for _, call in calls(name)
        if "etree" in ast.unparse(call.func)
    ]
    assert [ast.unparse(call.args[1]) for call in read] == [
        "etree.XMLParser(resolve_entities=False)"
    ]


CIPHERS: Final = {
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PrivateKey",
    "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PublicKey",
    "cryptography.hazmat.primitives.asymmetric.types",
    "cryptography.hazmat.primitives.asymmetric.types.PrivateKeyTypes",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    "cryptography.hazmat.primitives.hashes",
}


def test_only_these_ciphers_and_hashes_are_used() -> None:
    primitives = {
        name
        for name in imports()
        if name.startswith("cryptography.hazmat.primitives.") and ".serialization" not in name
    }
    assert primitives - {"cryptography.hazmat.primitives.asymmetric"} == CIPHERS
    assert {name for name in _of_module("hashes") if name.isupper()} == {"SHA256"}
    assert _of_module("ec") >= {"SECP256R1"}
    assert not {
        name for name in _of_module("ec") if name.startswith(("SECT", "SECP1", "Brainpool"))
    }
    # blake2b makes identifiers out of names (profile); nothing secret depends on it.
    assert _of_module("hashlib") == {"sha256", "blake2b", "file_digest"}
    others = {"Crypto", "Cryptodome", "nacl", "OpenSSL", "rsa", "M2Crypto", "crypt", "bcrypt"}
    assert {name.partition(".")[0] for name in imports()} & others == set()


def _of_module(module: str) -> set[str]:
    return {
        node.attr
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == module
    }


def test_secrets_come_from_the_system() -> None:
    for one in (Users, Sessions, Invitations, AuditLog):
        default = inspect.signature(one).parameters["random_bytes"].default
        assert default is secrets.token_bytes, one
    defaults = {field.name: field.default for field in fields(ConsoleContext)}
    assert defaults["random_bytes"] is secrets.token_bytes
    guarded = imports("accounts", "audit", "console", "sapient/security")
    assert not {name for name in guarded if "random" in name.split(".")}
    drawn = {
        node.attr
        for _, tree in trees("accounts", "audit", "console", "sapient/security")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    assert "token_bytes" in drawn
    assert not drawn & {"random", "default_rng", "randint", "uuid1", "uuid4"}


def test_a_new_station_has_no_account(tmp_path: Path) -> None:
    database = open_database(tmp_path / "new.sqlite")
    assert Users(database).all() == []
    database.close()


def test_a_database_is_of_one_site() -> None:
    # That of another site is refused: tests/audit/test_chain.py.
    columns = {column.name for table in ACCOUNT_TABLES for column in table.columns}
    assert "role" in columns
    assert not {name for name in columns if {"site", "tenant", "organisation"} & {*name.split("_")}}


def test_no_answer_is_a_file_with_a_name() -> None:
    texts = [ast.unparse(tree).lower() for _, tree in trees("console")]
    assert any("content-security-policy" in text for text in texts)
    assert not any("content-disposition" in text for text in texts)


def test_the_package_holds_no_tests() -> None:
    names = {path.name for path in PACKAGE.rglob("*.py")}
    assert "py.typed" in {path.name for path in PACKAGE.iterdir()}
    assert not {name for name in names if name.startswith("test_") or name == "conftest.py"}
    assert not {name for name in imports() if name.split(".")[0] in {"pytest", "hypothesis"}}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory, station: Site) -> dict[str, Any]:
    return document(Room.open(tmp_path_factory.mktemp("room"), station).context)


def test_the_operations_take_nothing_but_json(described: dict[str, Any]) -> None:
    taken = [
        set(operation["requestBody"]["content"])
        for item in described["paths"].values()
        for operation in item.values()
        if "requestBody" in operation
    ]
    assert taken
    assert all(kinds == {"application/json"} for kinds in taken)


def test_no_operation_takes_an_address_or_the_name_of_a_file(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    fields_taken = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        if schema.get("additionalProperties") is False  # those of requests
        for field in schema.get("properties", ())
    } | {
        parameter["name"]
        for item in described["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
    }
    assert "Login.password" in fields_taken
    words = {word for name in fields_taken for word in name.lower().replace(".", "_").split("_")}
    assert (
        words & {"url", "uri", "host", "address", "path", "file", "filename", "callback"} == set()
    )


def test_somebody_shows_who_they_are_in_one_way(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert set(schemas["Login"]["properties"]) == {"name", "password", "code"}
    schemes = described["components"]["securitySchemes"]
    assert {scheme["type"] for scheme in schemes.values()} == {"apiKey"}
    assert {scheme["name"] for scheme in schemes.values()} == {
        "__Host-clearway_session",
        "X-CSRF-Token",
    }
