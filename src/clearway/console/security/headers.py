"""What every answer tells the browser, so that a page can do no more than it needs.

Nothing inline runs, nothing comes from elsewhere, nothing may frame the page, and what the API
says is never kept (OWASP ASVS 5.0, chapters 3 and 14).
"""

from __future__ import annotations

from typing import Final

from litestar.types import Message

__all__ = ["Dress"]

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        # By the first of them Svelte makes its templates; the second knows the one address of the
        # guard page's service worker.
        "trusted-types svelte-trusted-html clearway-service-worker",
    )
)
_ALWAYS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self)",
    ),
)
_NOT_KEPT: Final = (b"cache-control", b"no-store")
# Only ever sent over TLS; a browser ignores it for addresses without a name.
_TLS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Dress:
    """Adds the headers to the start of an answer.

    Parameters
    ----------
    scheme : str
        Of the connection.
    request_id : str
    """

    def __init__(self, scheme: str, request_id: str) -> None:
        own = ((b"x-request-id", request_id.encode()),)
        self._headers = _ALWAYS + own + ((_TLS_ONLY,) if scheme in {"https", "wss"} else ())

    def __call__(self, message: Message) -> Message:
        """The message with the headers, where it is one that has any."""
        if message["type"] == "http.response.start":
            given = [*message.get("headers", ())]
            if not any(name.lower() == b"cache-control" for name, _ in given):
                given.append(_NOT_KEPT)
            message["headers"] = [*given, *self._headers]
        return message
