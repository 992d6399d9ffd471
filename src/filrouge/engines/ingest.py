"""Files of ads into a workspace: read one by one, prepared and sealed in processes, seen by all at once or not at all.

An ad that the workspace holds already is not taken again. Disguised words are read by the words that are written
plainly in what the workspace knows, in the groups of ads before, and in the ad's own group: taking in files
together or one after the other gives much the same, and how many processes work gives exactly the same.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from filrouge.ads.columns import Columns, GuessedColumns
from filrouge.ads.readers import ReadFile, no_ads, read_file
from filrouge.ads.readers.finishing import file_agencies, stem_of, with_unique_ids
from filrouge.ads.readers.opening import STDIN, Shelf, label_of
from filrouge.ads.schema import Reject, Source, rejects_frame
from filrouge.ads.tokens import Vocabulary
from filrouge.corpus.chunks import SealedChunk, months_of
from filrouge.corpus.keys import DataKey
from filrouge.corpus.pseudonyms import ad_keys
from filrouge.engines.crew import Crew, Helpers, Sealing
from filrouge.engines.known import KnownAds
from filrouge.engines.plain_words import TABLE as PLAIN_WORDS
from filrouge.engines.plain_words import known_words, none_known, sealed_words, together
from filrouge.engines.prepare import CHUNK
from filrouge.i18n import N_, _
from filrouge.progress import Silent

if TYPE_CHECKING:
    from filrouge.corpus.batches import Batch
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.workspace import Workspace
    from filrouge.progress import Progress

GROUP: Final = 10
"""Chunks whose disguised words are read by one vocabulary, their own among it: 200,000 ads."""
WORTH_PROCESSES: Final = 8 << 20
"""Bytes of files below which other processes take longer to start than they save."""


@dataclass(frozen=True)
class IngestSummary:
    """What became of the files.

    Attributes:
        snapshot: what the ads were added as; None where nothing was new, and nothing was written.
        read: ads in the files.
        added: those that were new.
        held: those that the workspace, or a file before, held already.
        sources: per file, its fingerprint, and in `rows` how many ads it has.
        rejects: what was not taken as it stands, and why.
        guessed: per file, which header became which field.
        notes: sentences for the person.
        seconds: from the first file to the end.
    """

    snapshot: Snapshot | None
    read: int
    added: int
    held: int
    sources: list[Source]
    rejects: list[Reject]
    guessed: list[GuessedColumns]
    notes: list[str]
    seconds: float


class _NothingNew(Exception):
    """All that was new when the files were read is there by now: somebody else added it."""


def ingest(
    ws: Workspace,
    paths: Sequence[str],
    *,
    case: str,
    columns: Columns | None = None,
    receiver: str = "",
    jobs: int = 1,
    progress: Progress | None = None,
    shelf: Shelf | None = None,
    crew: Callable[[Sealing], Helpers] | None = None,
) -> IngestSummary:
    """Take the ads of files into a workspace.

    All of them are seen at once, when all is written; if that fails, or is killed, nothing happened and it may
    be done again.

    Args:
        ws: the workspace.
        paths: files of ads, folders of saved pages, or "-" for standard input.
        case: the case that the ads belong to; its keys seal them.
        columns: which column is what, where the person said so.
        receiver: who received the files, for the receipt.
        jobs: processes that work; the result does not depend on it.
        crew: who works instead of those processes.
        progress: told how far the work is.
        shelf: where the files lie, if not under their names on this machine.

    Raises:
        FilrougeError: a file could not be read, there is no ad in any, or the workspace cannot be written to.
    """
    began = time.perf_counter()
    names = list(dict.fromkeys(paths))
    taking = _Taking(ws.refreshed(), names, columns or Columns(), shelf)
    snapshot = _take(taking, case, receiver, jobs, progress or Silent(), crew)
    added = snapshot.details["ads"] - snapshot.details["dropped"] if snapshot is not None else 0
    twice = [
        _("{file}: given twice, read once.").format(file=label_of(n)) for n in names if paths.count(n) > 1
    ]
    return IngestSummary(
        snapshot, taking.read, added, taking.read - added, taking.sources, taking.rejects, taking.guessed,
        twice + taking.notes, time.perf_counter() - began,
    )  # fmt: skip


@dataclass
class _Taking:
    """The files as they are read, and what was new in them."""

    ws: Workspace
    names: list[str]
    columns: Columns
    shelf: Shelf | None = None
    read: int = 0
    added: int = 0
    sources: list[Source] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    guessed: list[GuessedColumns] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    known: KnownAds = field(default_factory=KnownAds)

    def chunks(self) -> Iterator[pl.DataFrame]:
        """The new ads, CHUNK by CHUNK, in the order of the files, each with its `ad_key`."""
        self.known.add(self.ws.ads(["ad_key"])["ad_key"])
        waiting: list[pl.DataFrame] = []
        height = 0
        for name, agency in zip(self.names, file_agencies(self.names), strict=True):
            ads = self._new_in(name, agency)
            while height + ads.height >= CHUNK:
                waiting.append(ads[: CHUNK - height])
                ads = ads[CHUNK - height :]
                yield pl.concat(waiting)
                waiting, height = [], 0
            if ads.height:
                waiting.append(ads)
                height += ads.height
        if not self.read:
            raise no_ads(self.names, self.rejects)
        if waiting:
            yield pl.concat(waiting)

    def _new_in(self, name: str, agency: str) -> pl.DataFrame:
        read = read_file(name, self.columns, shelf=self.shelf)
        ads, renamed = with_unique_ids(read.ads, [read.ads.height])
        key = ad_keys(_as_the_file_says(read.ads, stem_of(name)), self.ws.pepper)
        if not bool((ads["agency"] != "").any()):
            ads = ads.with_columns(agency=pl.lit(agency))
        new = self.known.add(key)
        self.read += ads.height
        self.added += int(new.sum())
        self.sources.append(read.source)
        self.rejects += sorted(read.rejects + renamed[0], key=lambda line: line.row)
        self.notes += read.notes
        if read.guessed is not None:
            self.guessed.append(read.guessed)
        self.receipts.append(_receipt(read))
        return ads.with_columns(key).filter(pl.Series(new))


def _take(
    taking: _Taking,
    case: str,
    receiver: str,
    jobs: int,
    progress: Progress,
    crew_of: Callable[[Sealing], Helpers] | None,
) -> Snapshot | None:
    """Read, prepare, seal and write; None where nothing was new."""
    ws = taking.ws
    received = datetime.now(UTC)
    progress.stage(N_("Taking in ads"), None)
    with ws.begin("ingest") as batch:
        sealing = Sealing(ws.id, batch.id, case, ws.pepper, received.strftime("%Y-%m"))
        keys = _Keys(batch, case)
        processes = jobs if _size(taking.names, taking.shelf) >= WORTH_PROCESSES else 1
        with crew_of(sealing) if crew_of else Crew(processes, sealing) as crew:
            line = _Line(crew, keys, sealing.month, known_words(ws))
            for chunk in line.sealed(taking.chunks()):
                batch.add_chunk(chunk)
                progress.advance(chunk.ads.height)
        if not taking.added:
            return None
        progress.stage(N_("Writing"), None)
        common = {"received_at": received.replace(tzinfo=None), "receiver": receiver, "case": case}
        batch.add_sources(pl.DataFrame([{**receipt, **common} for receipt in taking.receipts]))
        if taking.rejects:
            batch.add_rejects(rejects_frame(taking.rejects), keys.of({sealing.month})[sealing.month])
        batch.write(PLAIN_WORDS, sealed_words(line.fresh, ws.pepper, ws.id))
        said = {"read": taking.read, "given": len(taking.sources), "rejects": len(taking.rejects)}
        try:
            return batch.commit(said, check=_something_is_new)
        except _NothingNew:
            return None


def _something_is_new(_ws: Workspace, batch: Batch) -> None:
    if batch.dropped == batch.ads:
        raise _NothingNew


def _receipt(read: ReadFile) -> dict[str, Any]:
    """What is kept of a file, beside who received it and when."""
    guessed = {}
    if read.guessed is not None:
        guessed = {"fields": read.guessed.fields, "how": read.guessed.how, "order": read.guessed.order}
    return {
        **asdict(read.source),
        "guessed": json.dumps(guessed, ensure_ascii=False),
        "notes": json.dumps(read.notes, ensure_ascii=False),
    }


class _Line:
    """The way of chunks through a crew: split, then, a group at a time, joined and sealed."""

    def __init__(self, crew: Helpers, keys: _Keys, month: str, known: Vocabulary) -> None:
        self._crew = crew
        self._keys = keys
        self._month = month
        self._known = known
        self.fresh = none_known()
        self._number = 0

    def sealed(self, chunks: Iterable[pl.DataFrame]) -> Iterator[SealedChunk]:
        """The chunks sealed, in order.

        While one group is being split, the one before is sealed and the next is read.
        """
        split: deque[list[_Split]] = deque()
        sealing: deque[list[Future[SealedChunk]]] = deque()
        for group in _groups(chunks):
            split.append([self._split(ads) for ads in group])
            if len(split) > 1:
                sealing.append(self._seal(split.popleft()))
            if len(sealing) > 1:
                yield from (done.result() for done in sealing.popleft())
        sealing += [self._seal(group) for group in split]
        for futures in sealing:
            yield from (done.result() for done in futures)

    def _split(self, ads: pl.DataFrame) -> _Split:
        number = self._number
        self._number += 1
        return _Split(number, set(months_of(ads, self._month)), self._crew.write(number, ads))

    def _seal(self, group: list[_Split]) -> list[Future[SealedChunk]]:
        written = together(chunk.words.result() for chunk in group)
        self._known = together([self._known, written])
        self.fresh = together([self.fresh, written])
        return [self._crew.seal(c.number, self._known, self._keys.of(c.months)) for c in group]


@dataclass(frozen=True)
class _Split:
    number: int
    months: set[str]
    words: Future[Vocabulary]


class _Keys:
    """The keys of a case, each asked for once."""

    def __init__(self, batch: Batch, case: str) -> None:
        self._batch = batch
        self._case = case
        self._known: dict[str, DataKey] = {}

    def of(self, months: set[str]) -> dict[str, DataKey]:
        """A key for each month."""
        if missing := months - set(self._known):
            self._known |= self._batch.keys(self._case, missing)
        return {month: self._known[month] for month in months}


def _groups(chunks: Iterable[pl.DataFrame]) -> Iterator[list[pl.DataFrame]]:
    group: list[pl.DataFrame] = []
    for chunk in chunks:
        group.append(chunk)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


def _as_the_file_says(ads: pl.DataFrame, stem: str) -> pl.DataFrame:
    """The ads without the ids that the reader made up, which change with the name of the file."""
    made = pl.concat_str(pl.lit(f"{stem}-"), pl.col("row").cast(pl.String))
    return ads.with_columns(id=pl.when(pl.col("id") == made).then(pl.lit("")).otherwise("id"))


def _size(names: Sequence[str], shelf: Shelf | None) -> int:
    """Bytes of the files, as far as that is known before they are read."""
    if shelf is not None:
        return sum(map(shelf.size, names))
    size = 0
    for name in names:
        try:
            size += Path(name).stat().st_size if name != STDIN else 0
        except (OSError, ValueError):
            continue
    return size
