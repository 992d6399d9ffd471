"""The scenario of the three agencies, compared once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from agencies import write_agencies
from running import Run, run_filrouge


@pytest.fixture(scope="session")
def filrouge() -> Run:
    return run_filrouge


@pytest.fixture(scope="session")
def agency_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The three files of the scenario, which no test changes."""
    return write_agencies(tmp_path_factory.mktemp("agencies"))


@pytest.fixture(scope="session")
def findings(agency_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `compare` finds in the three files."""
    out = tmp_path_factory.mktemp("findings") / "out"
    done = run_filrouge("compare", *agency_files, "--out", out, "--jobs", "2")
    assert done.code == 0, done.err
    return out
