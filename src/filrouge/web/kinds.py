"""What can be done in the background: importing this makes `jobs.KINDS` complete.

Each module has functions marked with `jobs.kind`, `jobs.chore` or `jobs.looking`. The application needs them for their
titles, the worker to do them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from filrouge.casework import bringing, comparing, forgetting, notices, repeats, watching
from filrouge.casework.models import Job
from filrouge.casework.packages import PACKAGE
from filrouge.web import packaging

MODULES: Final = (bringing, comparing, forgetting, notices, repeats, watching, packaging)
PAGES: Final[dict[str, Callable[[Job], str]]] = {
    PACKAGE: lambda job: f"/package/{job.arguments['package']}",
}
"""By kind: where what came of a job is seen, below `/cases/N`; without, the job's own page tells of it."""
