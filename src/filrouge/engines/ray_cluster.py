"""Where data frames are computed: on this machine, or on a Ray cluster; nothing is told to anybody outside."""

from __future__ import annotations

import os
import socket
from typing import Any, Final

from filrouge.errors import FilrougeError
from filrouge.i18n import _

SILENT = {
    "DO_NOT_TRACK": "1",
    "DAFT_ANALYTICS_ENABLED": "0",
    "SCARF_NO_ANALYTICS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
}
"""Daft and Ray tell their makers of each use unless they are told not to. Investigations are nobody's business."""


PATIENCE: Final = 10.0
"""Seconds that a cluster has to answer."""


class NoCluster(FilrougeError):
    """What runs on a cluster is not installed, or the cluster does not answer."""


def silence() -> None:
    """Keep Daft and Ray from telling their makers that they are used; before they are imported."""
    os.environ.update(SILENT)


def use_this_machine() -> int:
    """Compute data frames in this process from now on; how many cores there are.

    Raises:
        NoCluster: if Daft is not installed, or computes elsewhere already.
    """
    silence()
    daft = _imported("daft")
    if daft.get_or_infer_runner_type() != "native":
        raise NoCluster(
            _("This process computes on a cluster already. Begin another to compute on this machine.")
        )
    daft.set_runner_native()
    return len(os.sched_getaffinity(0))


def use_cluster(address: str = "auto") -> int:
    """Compute data frames on a Ray cluster from now on; how many cores it has.

    Args:
        address: as `ray start` printed it, host:port; "auto" for what RAY_ADDRESS says, or the cluster of this machine.

    Raises:
        NoCluster: if Ray is not installed or does not answer.
    """
    silence()
    ray, daft = _imported("ray"), _imported("daft")
    if not ray.is_initialized():
        try:
            _answers(os.environ.get("RAY_ADDRESS", address) if address == "auto" else address)
            # Workers get the same silence: they import Daft too.
            ray.init(
                address=address,
                runtime_env={"env_vars": SILENT},
                log_to_driver=False,
                configure_logging=False,
            )
        except (OSError, RuntimeError, ValueError) as why:
            raise NoCluster(
                _(
                    "The Ray cluster at {address} does not answer: {why}. "
                    "Is it running ('ray status'), and is its token in RAY_AUTH_TOKEN?"
                ).format(address=address, why=why)
            ) from why
    daft.set_runner_ray(noop_if_initialized=True)
    return int(ray.cluster_resources().get("CPU", 1))


def _answers(address: str) -> None:
    """Knock at a cluster that is named by host:port: Ray itself would wait for minutes.

    Raises:
        OSError: if nobody answers.
    """
    host, _colon, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), PATIENCE).close()


def _imported(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as why:
        raise NoCluster(
            _(
                "The cluster engine needs what is not installed here: {name}. "
                "Install it: pip install 'filrouge[cluster]'"
            ).format(name=name)
        ) from why
