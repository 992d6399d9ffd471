"""The search index of a workspace on disk: segments in files, and a manifest that names them.

Nobody waits and nothing is lost: a segment is written aside, flushed and renamed, and then the manifest that names it
is, too. Who reads holds the files that its manifest named, however many have been merged away since; who is killed
leaves files that no manifest names. Two who write at once both build; the second one finds that its work is done and
drops it. What the index does not hold yet is built from the workspace, so the folder may be deleted at any time.

In the files stand pseudonyms under the workspace's key, and numbers of ads: without the key they give nothing back.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from filrouge.compare.coded_lists import CodedLists, Plan
from filrouge.compare.fingerprints import UsualRuns
from filrouge.compare.runs import Int64Array
from filrouge.compare.segments import Segment, every_ad, merged

FORMAT: Final = 2
"""Raised when the files change their meaning: an index of another format is built anew."""
MOST_SEGMENTS: Final = 8
"""More segments than this are merged."""
_MAGIC: Final = b"filrouge segment\n"
_ALIGNED: Final = 64
_MANIFEST: Final = "manifest.json"
_LEFT_BEHIND: Final = 3600.0
"""Seconds after which a file that no manifest names was left behind by somebody who was killed."""


@dataclass(frozen=True)
class Held:
    """A segment as the manifest names it."""

    name: str
    ads: int
    bytes: int


@dataclass(frozen=True)
class Reached:
    """What searches for texts of strangers reach, as places and scales of Gumbel distributions, in bits.

    Attributes:
        run: the batch of the run by whose prices and clusters it was measured.
        near: with the ad most like each; claimed: with the template most like it. Empty if there was too little.
    """

    run: str
    near: tuple[float, ...]
    claimed: tuple[float, ...]


@dataclass(frozen=True)
class Manifest:
    """What an index consists of.

    Attributes:
        workspace: whose it is.
        covered: ascending ranges of ad numbers, [first, past the last]: what was readable of them is held.
        forgot: the place in the ledger up to which destroyed ads are taken out.
        usual, learned_from: the file with the usual runs, and of how many texts they are.
        segments: in no order.
        reached: what strangers reach, if that was measured.
    """

    workspace: str
    covered: tuple[tuple[int, int], ...] = ()
    forgot: int = -1
    usual: str = ""
    learned_from: int = 0
    segments: tuple[Held, ...] = ()
    reached: Reached | None = None
    format: int = field(default=FORMAT)


class IndexFolder:
    """The files of one index.

    Args:
        folder: where they are; made if need be.
        workspace: the id of the workspace; the index of another one is not read but replaced.
    """

    def __init__(self, folder: Path, workspace: str) -> None:
        self.folder = folder
        self.workspace = workspace

    def manifest(self) -> Manifest:
        """What the index consists of now; nothing if there is none, or one of another format or workspace."""
        try:
            raw: dict[str, Any] = json.loads((self.folder / _MANIFEST).read_bytes())
            found = Manifest(
                **{
                    **raw,
                    "covered": tuple((int(a), int(b)) for a, b in raw["covered"]),
                    "segments": tuple(Held(**segment) for segment in raw["segments"]),
                    "reached": Reached(**reached) if (reached := raw.get("reached")) else None,
                }
            )
        except (OSError, ValueError, TypeError, KeyError):
            return Manifest(self.workspace)
        ours = found.format == FORMAT and found.workspace == self.workspace
        return found if ours else Manifest(self.workspace)

    def opened(self) -> tuple[Manifest, list[Segment]]:
        """The manifest and its segments, memory-mapped."""
        while True:
            manifest = self.manifest()
            try:
                return manifest, [read_segment(self.folder / held.name) for held in manifest.segments]
            except (FileNotFoundError, ValueError):
                # Merged away since, if another manifest is there by now. Else somebody deleted or damaged it.
                with self._writing():
                    if self.manifest() == manifest:
                        self._publish(Manifest(self.workspace))

    def usual(self, manifest: Manifest) -> UsualRuns | None:
        """The usual runs known; None if none are."""
        if not manifest.usual:
            return None
        with np.load(self.folder / manifest.usual) as found:
            return UsualRuns(found["keys"], found["counts"].astype(np.int64), manifest.learned_from)

    def learn(self, usual: UsualRuns) -> None:
        """Keep usual runs, if they are of more texts than those that are kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{uuid4().hex}.usual"
        with _new_file(self.folder / name) as file:
            np.savez(file, keys=usual.keys, counts=usual.counts.astype(np.uint32))
        with self._writing():
            now = self.manifest()
            old, wanted = now.usual, now.learned_from < usual.texts
            if wanted:
                self._publish(replace(now, usual=name, learned_from=usual.texts))
        # Who read the old manifest a moment ago may still want the old file: `tidy` deletes it later.
        if not wanted:
            (self.folder / name).unlink(missing_ok=True)
        elif old:
            os.utime(self.folder / old)

    def measure(self, reached: Reached) -> None:
        """Keep what strangers reach."""
        with self._writing():
            self._publish(replace(self.manifest(), reached=reached))

    def add(self, segment: Segment, first: int, past: int, forgot: int) -> bool:
        """Take in a segment of the ads `first` to before `past`; False if that is not wanted any more.

        It is not if they are there already, or if ads were taken out since the manifest said `forgot`, which the
        segment may hold.
        """
        held = self._written(segment)
        with self._writing():
            now = self.manifest()
            if now.forgot != forgot or any(a < past and first < b for a, b in now.covered):
                self._drop([held] if held else [])
                return False
            covered = _together([*now.covered, (first, past)])
            added = (held,) if held else ()
            self._publish(replace(now, covered=covered, segments=(*now.segments, *added)))
        return True

    def merge(self, most: int = MOST_SEGMENTS) -> bool:
        """Merge the smallest segments if there are more than `most`; False if there is nothing to do."""
        manifest, segments = self.opened()
        chosen = to_merge([held.ads for held in manifest.segments], most)
        if not chosen:
            return False
        return self._replace(
            [manifest.segments[k] for k in chosen], [merged([segments[k] for k in chosen])], manifest.forgot
        )

    def crowded(self, most: int = MOST_SEGMENTS) -> bool:
        """Whether there are segments to merge."""
        return bool(to_merge([held.ads for held in self.manifest().segments], most))

    def forget(self, gone: Callable[[Int64Array], Int64Array], seq: int) -> None:
        """Write the segments anew that hold destroyed ads.

        Args:
            gone: which of some ads are destroyed.
            seq: the place in the ledger up to which that is known.
        """
        while True:
            manifest, segments = self.opened()
            if manifest.forgot >= seq:
                return
            old, new = [], []
            for held, segment in zip(manifest.segments, segments, strict=True):
                lost = np.sort(gone(every_ad(segment)))
                if lost.size:
                    old.append(held)
                    new.append(merged([segment], lost))
            # What came in meanwhile was not looked at.
            if self._replace(old, new, seq, only=set(manifest.segments)):
                return

    def tidy(self, older_than: float = _LEFT_BEHIND) -> None:
        """Delete what was left behind by somebody who was killed."""
        now = self.manifest()
        named = {_MANIFEST, "lock", now.usual, *(held.name for held in now.segments)}
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                with suppress(FileNotFoundError):
                    if path.name not in named and time.time() - path.stat().st_mtime > older_than:
                        path.unlink()

    def bytes(self) -> int:
        """How much the index takes on disk."""
        now = self.manifest()
        names = [_MANIFEST, *([now.usual] if now.usual else []), *(held.name for held in now.segments)]
        return sum((self.folder / name).stat().st_size for name in names if (self.folder / name).exists())

    def _replace(
        self, old: Sequence[Held], new: Sequence[Segment], forgot: int, only: set[Held] | None = None
    ) -> bool:
        """Put new segments in the place of old ones; False if the old ones, or those that `only` may be, changed."""
        written = [held for segment in new if (held := self._written(segment))]
        with self._writing():
            now = self.manifest()
            there = set(now.segments)
            # A merge that began before ads were destroyed may not bring them back.
            if not set(old) <= there or now.forgot > forgot or (only is not None and there != only):
                self._drop(written)
                return False
            left = tuple(held for held in now.segments if held not in old)
            self._publish(replace(now, segments=(*left, *written), forgot=forgot))
        self._drop(old)
        return True

    def _drop(self, held: Sequence[Held]) -> None:
        for each in held:
            (self.folder / each.name).unlink(missing_ok=True)

    def _written(self, segment: Segment) -> Held | None:
        if not segment.ads.size:
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{uuid4().hex}.segment"
        size = write_segment(self.folder / name, segment)
        return Held(name, int(segment.ads.size), size)

    def _publish(self, manifest: Manifest) -> None:
        content = json.dumps(asdict(manifest), separators=(",", ":")).encode()
        with _new_file(self.folder / _MANIFEST) as file:
            file.write(content)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Held for the moment in which a manifest is exchanged; readers never ask for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def to_merge(ads: Sequence[int], most: int) -> list[int]:
    """Which segments to merge, by how many ads each has: none while there are at most `most`.

    Half of them are left at most, and none that is smaller than what is merged: so sizes grow geometrically, and an
    ad is written anew a number of times that grows with the logarithm of all.
    """
    if len(ads) <= most:
        return []
    order = sorted(range(len(ads)), key=lambda k: (ads[k], k))
    chosen = len(order) - most // 2 + 1
    total = sum(ads[k] for k in order[:chosen])
    while chosen < len(order) and ads[order[chosen]] < total:
        total += ads[order[chosen]]
        chosen += 1
    return order[:chosen]


def missing(covered: Sequence[tuple[int, int]], there: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges of `there` that are not covered, ascending."""
    out = []
    for first, past in _together(there):
        at = first
        for a, b in _together(covered):
            if b <= at or a >= past:
                continue
            if a > at:
                out.append((at, a))
            at = max(at, b)
        if at < past:
            out.append((at, past))
    return out


def _together(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same ranges, ascending, those that touch as one."""
    out: list[tuple[int, int]] = []
    for first, past in sorted(r for r in ranges if r[0] < r[1]):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(past, out[-1][1]))
        else:
            out.append((first, past))
    return tuple(out)


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """A file that appears under its name only when it is whole and on the disk."""
    aside = path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_segment(path: Path, segment: Segment) -> int:
    """Write a segment; how many bytes it takes."""
    arrays: dict[str, NDArray[Any]] = {
        "ads": segment.ads,
        "run_starts": segment.runs.starts,
        "runs": segment.runs.bits,
        "word_starts": segment.words.starts,
        "words": segment.words.bits,
        "carried_starts": segment.carried.starts,
        "carried": segment.carried.bits,
    }
    header: dict[str, Any] = {
        "format": FORMAT,
        "run_plan": asdict(segment.runs.plan),
        "word_plan": asdict(segment.words.plan),
        "carried_plan": asdict(segment.carried.plan),
        "arrays": {},
    }
    at = 0
    for name, array in arrays.items():
        header["arrays"][name] = [str(array.dtype), at, int(array.size)]
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = _MAGIC + json.dumps(header, separators=(",", ":")).encode() + b"\n"
    head += b" " * (-len(head) % _ALIGNED)
    with _new_file(path) as file:
        # Where the arrays begin is the first thing in the file.
        file.write(len(head).to_bytes(_ALIGNED, "little"))
        file.write(head)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).view(np.uint8).data)
            file.write(bytes(-array.nbytes % _ALIGNED))
    return path.stat().st_size


def read_segment(path: Path) -> Segment:
    """A segment, memory-mapped.

    Raises:
        OSError: if there is no such file.
        ValueError: if it is no segment of this format, or not all of it.
    """
    # Mapped privately, since the compiler takes an array that can't be written for another type. Nobody writes.
    content: NDArray[np.uint8] = np.asarray(np.memmap(path, np.uint8, "c"))
    begin = _ALIGNED + int.from_bytes(content[:_ALIGNED].tobytes(), "little")
    head = content[_ALIGNED : min(begin, content.size)].tobytes()
    if not head.startswith(_MAGIC):
        raise ValueError(f"{path.name} is no segment")
    header = json.loads(head[len(_MAGIC) :])
    if header["format"] != FORMAT:
        raise ValueError(f"{path.name} has another format")
    arrays = {}
    for name, (dtype, at, size) in header["arrays"].items():
        a, b = begin + at, begin + at + size * np.dtype(dtype).itemsize
        if b > content.size:
            raise ValueError(f"{path.name} is cut off")
        arrays[name] = content[a:b].view(dtype)
    return Segment(
        arrays["ads"], *(_lists(path, header, arrays, name) for name in ("run", "word", "carried"))
    )


def _lists(path: Path, header: dict[str, Any], arrays: dict[str, NDArray[Any]], name: str) -> CodedLists:
    plan, starts = Plan(**header[f"{name}_plan"]), arrays[f"{name}_starts"]
    bits = arrays["carried" if name == "carried" else f"{name}s"]
    # What is read by these has no other guard against reading beyond the end.
    if starts.size != plan.buckets + 1 or int(starts[-1]) + 1 != bits.size:
        raise ValueError(f"{path.name} does not hang together")
    return CodedLists(plan, starts, bits)
