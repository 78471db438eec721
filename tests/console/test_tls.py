"""Which certificates browsers are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clearway.console.tls import browser_context, certified_hosts
from clearway.errors import InputError
from clearway.sapient.security import create_authority, issue
from tests.console.network import NODE


def test_a_certificate_that_no_browser_would_take_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    create_authority(folder, "hall")
    nameless = issue(folder, NODE, "camera")
    with pytest.raises(InputError, match=r"clearway certs site .* --host"):
        certified_hosts(nameless.certificate)
    other = issue(folder, str(UUID(int=UUID(NODE).int + 1)), "other", ["10.0.0.7", "::1", "Hall"])
    assert certified_hosts(other.certificate) == ("hall", "10.0.0.7", "::1")
    with pytest.raises(InputError, match="does not belong"):
        browser_context(other.certificate, nameless.key)
    with pytest.raises(InputError, match="clearway certs"):
        browser_context(folder / "none.pem", other.key)


def test_an_expired_certificate_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    then = datetime.now(UTC) - timedelta(days=30)
    create_authority(folder, "hall", now=then)
    old = issue(folder, NODE, "console", ["localhost"], days=10, now=then)
    with pytest.raises(InputError, match="has expired"):
        browser_context(old.certificate, old.key)
