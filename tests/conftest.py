"""For all tests."""

from __future__ import annotations

from hypothesis import settings

# The first call of a kernel compiles it, or loads it from the cache: no example can be held to a time.
settings.register_profile("filrouge", deadline=None, derandomize=False)
settings.load_profile("filrouge")
