"""The log on standard error: one line an event, readable or JSON."""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gunicorn.glogging import Logger

from kg.settings import Settings
from kg.web.record import Record, request_id

_LOG: Final = logging.getLogger("kg.web")
_SERVER_LOG: Final = "gunicorn.error"


def set_up_log(settings: Settings) -> None:
    """Send what this program and its libraries have to say to standard error, in the form set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.log == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOG.setLevel(logging.INFO)


def log_event(event: str, **fields: object) -> None:
    """Log what happened, with its facts."""
    _LOG.info(event, extra={"fields": fields})


def log_failure(words: str) -> None:
    """Log that something went wrong."""
    _LOG.error("%s", words)


def log_request(record: Record, status: int, size: int, seconds: float) -> None:
    """Log a request that is over: ``size`` bytes sent, without headers."""
    fields: dict[str, object] = {
        "id": record.id,
        "method": record.method,
        "route": record.route,
        "status": status,
        "bytes": size,
        "seconds": round(seconds, 4),
    }
    if query := record.query:
        fields |= {"outcome": query.outcome, "kind": query.kind, "query": query.hash}
    log_event("request", **fields)


def _facts(record: logging.LogRecord) -> Mapping[str, Any]:
    fields = getattr(record, "fields", {})
    identifier = request_id()
    return {"id": identifier, **fields} if identifier else fields


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonFormatter(logging.Formatter):
    """Writes an event as one JSON object (RFC 8259) on one line; times are RFC 3339, UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a stack trace is its member ``exception``."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Writes an event as a line for people: time, level, words, ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the stack trace below it if there is one."""
        facts = [f"{name}={value}" for name, value in _facts(record).items() if value != ""]
        line = " ".join([_time(record), record.levelname, record.getMessage(), *facts])
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return line + trace


class ServerLog(Logger):  # type: ignore[misc]
    """Gunicorn's log, as lines of ours, without the addresses and paths that it would name."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401  gunicorn has no types
        """Hand everything on to the handler of ``set_up_log``."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:  # noqa: ANN401
        """Log a warning; one about a request says no more than that."""
        # Gunicorn's words are "Invalid request from ip=…", then what was sent.
        is_private = msg.startswith("Invalid request")
        super().warning("Invalid request" if is_private else msg, *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:  # noqa: ANN401
        """Log an exception with its stack trace; of a request it names no path."""
        is_private = "request" in msg
        super().exception(*(("Error handling request",) if is_private else (msg, *args)), **kwargs)
