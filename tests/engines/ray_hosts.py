"""A Ray cluster of a head and some workers on this machine, each a host of its own where that can be made."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NETWORK = "10.77.0"
BRIDGE = "filrouge0"
STORE = 200_000_000


@functools.cache
def why_no_hosts() -> str | None:
    """Why two hosts cannot be made of network namespaces here; None if they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "ip (Debian: iproute2) is not installed"
    tried = subprocess.run(["ip", "netns", "add", "filrouge-try"], capture_output=True, text=True)
    if tried.returncode:
        return f"this kernel makes no network namespace: {tried.stderr.strip()}"
    veth = subprocess.run(
        [
            "ip",
            "link",
            "add",
            "filrouge-try",
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            "filrouge-try",
        ],
        capture_output=True,
        text=True,
    )
    subprocess.run(["ip", "netns", "del", "filrouge-try"], check=False, capture_output=True)
    return f"this kernel makes no pair of network cards: {veth.stderr.strip()}" if veth.returncode else None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Cluster:
    """A head that computes nothing, and workers of one core each.

    Args:
        workers: how many.
        apart: each in a network namespace of its own, so that all that they say to one another goes over a network.
    """

    def __init__(self, workers: int = 2, *, apart: bool = False) -> None:
        self.apart = apart
        self.folder = Path(tempfile.mkdtemp(prefix="fr", dir="/tmp"))
        # All of a cluster know one token; without it nobody gets in.
        self.env = {
            **os.environ,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "DO_NOT_TRACK": "1",
            "RAY_health_check_period_ms": "500",
            "RAY_health_check_timeout_ms": "1000",
            "RAY_health_check_failure_threshold": "3",
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.hosts: list[str] = []
        host = f"{NETWORK}.1" if apart else "127.0.0.1"
        try:
            if apart:
                self._network(workers)
            port = 20_000 + os.getpid() % 10_000
            self.address = f"{host}:{port}"
            self._start(None, ["--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false"], host)
            for k in range(workers):
                name = self.hosts[k] if apart else None
                where = f"{NETWORK}.{k + 2}" if apart else host
                self._start(name, [f"--address={self.address}", "--num-cpus=1"], where)
        except BaseException:
            self.close()
            raise

    def _network(self, workers: int) -> None:
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for k in range(workers):
            name = f"filrouge{k + 2}"
            _ip("netns", "add", name)
            self.hosts.append(name)
            _ip("link", "add", f"frveth{k}", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"frveth{k}", "master", BRIDGE, "up")
            _ip("-n", name, "addr", "add", f"{NETWORK}.{k + 2}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")

    def _start(self, name: str | None, words: list[str], host: str) -> None:
        ray = str(Path(sys.executable).with_name("ray"))
        command = [ray, "start", *words, f"--node-ip-address={host}", f"--object-store-memory={STORE}"]
        command += ["--block", "--disable-usage-stats"]
        if "--head" in words:
            command.append(f"--temp-dir={self.folder}")
        inside = ["ip", "netns", "exec", name] if name else []
        log = self.folder.parent / f"{self.folder.name}-{len(self.running)}.log"
        with log.open("wb") as out:
            node = subprocess.Popen(
                [*inside, *command], env=self.env, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(node)
        self._wait(node, log)

    def _wait(self, node: subprocess.Popen[bytes], log: Path) -> None:
        """Until the node has begun: two that begin at once on one machine take each other's sockets."""
        for _ in range(600):
            if b"Ray runtime started" in log.read_bytes():
                return
            if node.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"a node of the cluster did not begin:\n{log.read_text()[-2000:]}")

    def kill(self, worker: int) -> None:
        """Switch a worker off as if its power failed: all its processes at once, and its network."""
        for pid in self._processes(worker + 1):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.apart:
            _ip("link", "set", f"frveth{worker}", "down")

    def _processes(self, k: int) -> list[int]:
        """What a node began, and what that began in turn: found by the parent, before any of them dies."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError):
                fields = stat.read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found = [self.running[k].pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def close(self) -> None:
        """Stop it and take down what was set up."""
        for k in reversed(range(len(self.running))):
            for pid in self._processes(k):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.running[k].wait()
        for k, name in enumerate(self.hosts):
            subprocess.run(["ip", "link", "del", f"frveth{k}"], check=False, capture_output=True)
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        if self.apart:
            subprocess.run(["ip", "link", "del", BRIDGE], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        for log in self.folder.parent.glob(f"{self.folder.name}-*.log"):
            log.unlink()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()
