"""Who does a job: the cores of this machine, or a cluster; and what has to be installed for it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Literal, NamedTuple

from filrouge.errors import FilrougeError
from filrouge.i18n import _


class Engine(NamedTuple):
    """Where the jobs of an engine are, and what it needs: packages, and the extra of filrouge that brings them."""

    run: str
    ingest: str
    packages: tuple[str, ...] = ()
    extra: str = ""


ENGINES: Final = {
    "local": Engine("filrouge.engines.run", "filrouge.engines.ingest"),
    "ray": Engine("filrouge.engines.ray", "filrouge.engines.ray", ("ray", "daft"), "cluster"),
}


class MissingExtra(FilrougeError):
    """An engine whose packages are not installed."""

    def __init__(self, engine: str, missing: list[str], extra: str) -> None:
        super().__init__(
            _(
                "--engine {engine} needs what is not installed here: {missing}. "
                "Install it: pip install 'filrouge[{extra}]'. Or leave --engine out: the result is the same."
            ).format(engine=engine, missing=", ".join(missing), extra=extra)
        )


def job_of(name: str, job: Literal["run", "ingest"]) -> Callable[..., Any]:
    """What does a job with an engine: see `filrouge.engines.run.run` and `filrouge.engines.ingest.ingest`.

    Raises:
        MissingExtra: if the engine needs what is not installed.
    """
    engine = ENGINES[name]
    missing = [package for package in engine.packages if find_spec(package) is None]
    if missing:
        raise MissingExtra(name, missing, engine.extra)
    done_by: Callable[..., Any] = getattr(import_module(getattr(engine, job)), job)
    return done_by
