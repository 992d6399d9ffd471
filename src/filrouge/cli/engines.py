"""Which engines can do a run, and what each needs to be installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

from filrouge.errors import FilrougeError
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.engines.run import RunSummary


class Engine(NamedTuple):
    """Where an engine is, and what it needs: packages, and the extra of filrouge that brings them."""

    module: str
    packages: tuple[str, ...] = ()
    extra: str = ""


ENGINES: Final = {
    "local": Engine("filrouge.engines.run"),
    "ray": Engine("filrouge.engines.ray", ("ray", "daft"), "cluster"),
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


def engine_named(name: str) -> Callable[..., RunSummary]:
    """What does a run with an engine.

    Raises:
        MissingExtra: if it needs what is not installed.
    """
    engine = ENGINES[name]
    missing = [package for package in engine.packages if find_spec(package) is None]
    if missing:
        raise MissingExtra(name, missing, engine.extra)
    run: Callable[..., RunSummary] = import_module(engine.module).run
    return run
