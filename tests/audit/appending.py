"""Adds records until it is stopped; a test runs this file.  Prints the number of each kept one."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator

from clearway.audit import AuditLog, AuditRecord
from clearway.errors import OutputError
from clearway.store.database import open_database


def acts(log: AuditLog) -> Iterator[AuditRecord]:
    """Records with and without payload, and now and then an erasure."""
    moment = 0
    while True:
        moment += 1
        payload = {"reason": "harmless object", "text": 200 * "x"} if moment % 3 == 0 else None
        record = log.append("alarm-dismissed", "Petra", f"A{moment}", payload, time_ns=moment)
        yield record
        if record.payload_id is not None and moment % 2:
            yield log.erase(record.payload_id, "Petra", "kept long enough", time_ns=moment)


def main(place: str, most: int, limit_bytes: int) -> None:
    log = AuditLog(open_database(place), "rome", "0.1.0")
    if limit_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
    try:
        for count, record in enumerate(acts(log), start=1):
            print(record.number, flush=True)  # noqa: T201 - the test reads it
            if count == most:
                return
    except OutputError as error:
        if "free some space" not in str(error):
            raise
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    last = log.append("disk-cleared", "Petra", "site", time_ns=0)
    print(last.number, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
