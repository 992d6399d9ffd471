"""Who works: the cores of this machine, or a cluster; and what has to be installed for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.compare.stages import Stages

#: Engine -> the packages that it needs; those of the extra EXTRA.
ENGINES: Final[dict[str, tuple[str, ...]]] = {"local": (), "ray": ("ray", "daft")}
EXTRA: Final = "cluster"


@dataclass(frozen=True)
class Workers:
    """Who does what can be shared; None where it is the cores of this machine.

    `stages`: of a run. `crew`: of an ingest, see `filrouge.engines.ingest.ingest`.
    """

    stages: Stages | None = None
    crew: Callable[..., Any] | None = None


class MissingExtra(FilrougeError):
    """An engine whose packages are not installed."""

    def __init__(self, engine: str, missing: list[str]) -> None:
        super().__init__(
            _(
                "--engine {engine} needs what is not installed here: {missing}. "
                "Install it: pip install 'filrouge[{extra}]'. Or leave --engine out: the result is the same."
            ).format(engine=engine, missing=", ".join(missing), extra=EXTRA)
        )


def workers(engine: str, jobs: int) -> Workers:
    """Who works for an engine.

    Args:
        engine: one of ENGINES.
        jobs: cores of this machine that what cannot be shared may use.

    Raises:
        FilrougeError: if it needs what is not installed, or the cluster does not answer.
    """
    missing = [package for package in ENGINES[engine] if find_spec(package) is None]
    if missing:
        raise MissingExtra(engine, missing)
    if engine == "local":
        return Workers()
    from filrouge.engines.ray_cluster import use_cluster

    # Daft asks where it is to compute when it is imported: first the cluster, then what imports it.
    cores = use_cluster(os.environ.get("RAY_ADDRESS") or "auto")
    from filrouge.engines.ray import Frames
    from filrouge.engines.ray_crew import RayCrew

    return Workers(Frames(cores, jobs), RayCrew)
