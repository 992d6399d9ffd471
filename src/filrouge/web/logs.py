"""What the application logs: one line of JSON for each thing that was refused or went wrong, to standard error.

Lines hold numbers, codes and places in the code; never words of an ad, an identifier or a password. What people did is
in the trail of the database instead.
"""

from __future__ import annotations

import json
import logging
import time


class Lines(logging.Formatter):
    """One line of JSON for each record, with the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        told = {"at": at, "level": record.levelname, "from": record.name, "event": record.getMessage()}
        return json.dumps(told, ensure_ascii=True)


def write_lines() -> None:
    """Write what filrouge logs to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logger = logging.getLogger("filrouge")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.WARNING)
