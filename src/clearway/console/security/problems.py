"""Refusals and failures in the form of RFC 9457, which every client can read.

They say what is wrong and what to do, and nothing of the inside: that goes to the log, under the
same request id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, WebSocketException
from litestar.types import Scope
from msgspec import Struct

from clearway.errors import ArgumentError, ClearwayError

__all__ = [
    "MEDIA_TYPE",
    "FieldFault",
    "Problem",
    "Refusal",
    "answer",
    "note_defect",
    "problem_of",
    "request_id",
]

_LOG = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:clearway:problem:"


class FieldFault(Struct, frozen=True):
    """What is wrong with one value of a request."""

    field: str
    problem: str


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not done."""

    title: str
    """The kind of problem."""
    status: int
    """Of HTTP."""
    type: str = "about:blank"
    """Its last part, after the colon, is a fixed name, by which a client may know the kind."""
    detail: str = ""
    """What is wrong this time."""
    remedy: str | None = None
    """What to do about it."""
    instance: str = ""
    """Names this one request; the server's log gives it with what happened."""
    errors: tuple[FieldFault, ...] = ()
    """The values that cannot be used."""
    by: str | None = None
    """Who was first, where somebody was."""
    at_us: int | None = None
    """And when."""


class Refusal(HTTPException, WebSocketException):
    """A request that is not done, and why.

    Parameters
    ----------
    status : int
        Of HTTP; a WebSocket is closed with 4000 more.
    kind : str
        Fixed name of this kind of refusal.
    detail, remedy : str
        A sentence each.
    headers : mapping, optional
        Further headers of the answer.
    by : str, optional
        Who was first.
    at_us : int, optional
        When that was.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        remedy: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        by: str | None = None,
        at_us: int | None = None,
    ) -> None:
        super().__init__(
            detail=detail, status_code=status, headers=None if headers is None else dict(headers)
        )
        self.code = 4000 + status
        self.kind = kind
        self.remedy = remedy
        self.by = by
        self.at_us = at_us


# What the framework says may repeat what came in, or tell of the inside.
_FRAMEWORK: Final[Mapping[int, tuple[str, str | None]]] = {
    400: ("The request is not as this operation takes it.", "See the description of the API."),
    404: ("There is nothing at this address.", None),
    405: ("This address does not take this method.", None),
    413: ("The request is too large.", "Send less."),
}
_NESTED: Final = ("The content is nested too deeply.", "See the description of the API.")
_STORE: Final = (
    "The station cannot reach its database, or cannot write to it.",
    "Tell whoever looks after the station: its disk may be full.",
)
_DEFECT: Final = (
    "Something went wrong in the station.",
    "Try again; if it stays, report it together with the name of this request.",
)


def request_id(scope: Scope) -> str:
    """The name of a request, as the fence has given it."""
    return str(scope.get("state", {}).get("request_id", ""))


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The answer to a request that failed; handles all exceptions of the application."""
    problem = problem_of(error, request_id(request.scope))
    headers = error.headers if isinstance(error, HTTPException) else None
    return Response(
        problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers or {}
    )


async def note_defect(error: Exception, scope: Scope) -> None:
    """Log what ends a WebSocket by a defect; for requests, `answer` does."""
    expected = isinstance(error, WebSocketException)
    if scope["type"] == ScopeType.WEBSOCKET and not expected:
        _LOG.error("WebSocket %s failed", request_id(scope), exc_info=error)


def problem_of(error: Exception, instance: str) -> Problem:
    """What an exception is to whoever caused it.

    Parameters
    ----------
    error : Exception
    instance : str
        The name of the request.
    """
    named = f"urn:uuid:{instance}" if instance else ""
    match error:
        case Refusal():
            return Problem(
                title=error.kind.replace("-", " ").capitalize(),
                status=error.status_code,
                type=_TYPE + error.kind,
                detail=error.detail,
                remedy=error.remedy,
                instance=named,
                by=error.by,
                at_us=error.at_us,
            )
        case ArgumentError(fault=fault):
            return Problem(
                title="Not accepted",
                status=422,
                type=f"{_TYPE}not-accepted",
                detail=_sentence(f"{fault.field}: {fault.problem}"),
                remedy=_sentence(fault.remedy),
                instance=named,
                errors=(FieldFault(fault.field or "", fault.problem),),
            )
        case ClearwayError():
            _LOG.error("request %s: %s", instance, error)
            return _plain(503, _STORE, named, f"{_TYPE}store")
        case RecursionError():  # of the JSON decoder, which goes as deep as the content
            return _plain(400, _NESTED, named)
        case HTTPException(status_code=status) if status < 500:
            words = _FRAMEWORK.get(status, (HTTPStatus(status).phrase, None))
            return _plain(status, words, named, errors=_faults(error.extra))
    _LOG.error("request %s failed", instance, exc_info=error)
    return _plain(500, _DEFECT, named)


def _plain(
    status: int,
    words: tuple[str, str | None],
    instance: str,
    kind: str = "about:blank",
    errors: tuple[FieldFault, ...] = (),
) -> Problem:
    detail, remedy = words
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        type=kind,
        detail=detail,
        remedy=remedy,
        instance=instance,
        errors=errors,
    )


def _faults(extra: object) -> tuple[FieldFault, ...]:
    """What the framework has found wrong with single values."""
    if not isinstance(extra, list):
        return ()
    found = [one for one in extra if isinstance(one, dict) and "key" in one]
    return tuple(
        # The whole body is called data, after the argument that takes it.
        FieldFault("body", "an object with the documented fields is needed")
        if one["key"] == "data"
        else FieldFault(str(one["key"]), str(one.get("message", "")))
        for one in found
    )


def _sentence(text: str) -> str:
    """A fault's words as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
