"""How often something may be asked, before the answer is to wait: kept in memory, in a moving window."""

from __future__ import annotations

import logging
from typing import Final

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException

BUDGETS: Final = {
    "signin.address": "30/minute; 200/hour",
    "signin.login": "20/minute; 100/hour",
    "requests": "1500/minute",
    "searching": "300/minute",
    "opening": "60/hour",
    "opening.script": "1000/hour",
}
"""What is counted: attempts to sign in by address and by login, the rest by person."""
SEARCHES: Final = ("/search", "/compare", "/filters", "/tip")
"""How the paths end to which searches are posted, of pages and of the interface for scripts."""
_log = logging.getLogger("filrouge.security")


class Limits:
    """Counts what is asked, by whom.

    One process serves the application; if there were several, each would count for itself.
    """

    def __init__(self, on: bool = True) -> None:
        self.on = on
        self._counted = MovingWindowRateLimiter(MemoryStorage())
        self._budgets: dict[str, list[RateLimitItem]] = {
            name: parse_many(said) for name, said in BUDGETS.items()
        }

    def count(self, budget: str, who: str) -> None:
        """Count one more.

        Raises:
            HTTPException: 429, if it is one too many.
        """
        if not self.on:
            return
        for limit in self._budgets[budget]:
            if not self._counted.hit(limit, budget, who):
                _log.warning("too many: %s", budget)
                raise HTTPException(429, headers={"Retry-After": str(limit.get_expiry())})
