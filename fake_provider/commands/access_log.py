"""``serve --access-log``: one line for each answer on standard output."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Mapping

from ..server.access import Access, AccessLog

_EXCHANGES = "fake_nexmo.exchanges"  # the log's own line about each, in words: one of the two is enough


def access_log(name: str) -> AccessLog | None:
    """Return what writes it in one of ``FORMATS``; the log proper goes without its lines about requests then."""
    if name == "off":
        return None
    logging.getLogger(_EXCHANGES).setLevel(logging.WARNING)
    logger = logging.getLogger("fake_nexmo.access")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = _Handler(sys.stdout)
    handler.setFormatter(FORMATS[name]())
    logger.addHandler(handler)

    def write(access: Access) -> None:
        logger.info(access)

    return write


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes lines; where nobody reads them any more, the server goes on without."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Say nothing: there is nobody to say it to."""


class _Plain(logging.Formatter):
    """As Apache's and nginx' "combined" begins, with what this project has to say in place of Referer and User-Agent."""

    def format(self, record: logging.LogRecord) -> str:
        access = _of(record)
        at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(record.created))
        request = f"{access.method} {access.path} HTTP/{access.version}".replace("\\", "\\\\").replace(
            '"', '\\"'
        )
        status = access.status if access.status is not None else "-"
        user, code = _word(access.client_key), _word(access.diagnosis)
        return (
            f'{_word(access.remote)} - {user} [{at}] "{request}" {status} {access.octets} '
            f"{access.duration_ms:.3f} {access.outcome} {code}"
        )


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        access = _of(record)
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        members = {
            "time": f"{seconds}.{int(record.msecs):03}Z",
            "remote": access.remote,
            "method": access.method,
            "path": access.path,
            "status": access.status,
            "bytes": access.octets,
            "duration_ms": round(access.duration_ms, 3),
            "outcome": access.outcome,
            "consumer_key": access.client_key,
            "diagnosis": access.diagnosis,
        }
        return json.dumps(members)


FORMATS: Mapping[str, type[logging.Formatter]] = {"plain": _Plain, "json": _Json}


def _of(record: logging.LogRecord) -> Access:
    assert isinstance(record.msg, Access)  # noqa: S101  nobody else writes there
    return record.msg


def _word(text: str | None) -> str:
    """Make *text* one word of a line, whoever has made it up."""
    return "".join(c if c.isprintable() and c not in ' "\\' else "_" for c in text) if text else "-"
