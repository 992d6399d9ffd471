"""The main jobs on a Ray cluster: the same tables are read and written, and what can be shared is done by its machines.

The cluster is the one that RAY_ADDRESS names, or the one that this machine is part of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from filrouge.engines import ingest as taking
from filrouge.engines import run as running
from filrouge.engines.ray_cluster import use_cluster

if TYPE_CHECKING:
    from filrouge.ads.columns import Columns
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.ingest import IngestSummary
    from filrouge.engines.run import RunSummary
    from filrouge.progress import Progress


def run(
    ws: Workspace,
    *,
    anew: bool = False,
    networks: bool | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> RunSummary:
    """Compare the ads that came since the last run with all of the workspace, see `filrouge.engines.run.run`.

    The cluster compares where all ads are compared with each other. Where few came, they are compared here: to send the
    known ones would take longer.

    Raises:
        NoCluster: if there is no cluster, or what it needs is not installed.
        StageLost: if machines of the cluster were lost again and again.
        RunOvertaken: if another run was written meanwhile.
    """
    cores = use_cluster()
    from filrouge.engines.ray_stages import Frames

    stages = Frames(cores, jobs)
    return running.run(ws, anew=anew, networks=networks, jobs=jobs, progress=progress, stages=stages)


def ingest(
    ws: Workspace,
    paths: Sequence[str],
    *,
    case: str,
    columns: Columns | None = None,
    receiver: str = "",
    progress: Progress | None = None,
) -> IngestSummary:
    """Take the ads of files into a workspace, see `filrouge.engines.ingest.ingest`: the cluster prepares them.

    Texts and the keys of the case go to the machines of the cluster.

    Raises:
        NoCluster: if there is no cluster, or what it needs is not installed.
        FilrougeError: a file could not be read, there is no ad in any, or the workspace cannot be written to.
    """
    use_cluster()
    from filrouge.engines.ray_crew import RayCrew

    return taking.ingest(
        ws, paths, case=case, columns=columns, receiver=receiver, progress=progress, crew=RayCrew
    )
