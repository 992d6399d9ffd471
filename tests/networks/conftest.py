"""One corpus with several planted cases among synthetic ads, analysed once for all tests of networks."""

from __future__ import annotations

import pytest
from cases import Outcome, mixed_rows, planted_rows


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What was found in `mixed_rows`."""
    return planted_rows(tmp_path_factory.mktemp("mixed"), mixed_rows())
