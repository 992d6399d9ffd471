"""What a workspace knows as the findings of the main job: the same groups, ties and networks, from the ads it holds.

Nothing is compared again: which cluster an ad is in is what the workspace's last run said, in a view of the past the
last run of then. What is drawn from it, templates with slots, ties and networks, is made here from the opened ads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from filrouge.ads.columns import GuessedColumns
from filrouge.ads.fold import fold_texts
from filrouge.ads.readers.finishing import with_unique_ids
from filrouge.ads.schema import ReadResult, Source, rejects_frame
from filrouge.ads.tokens import Tokens, Vocabulary, join_chunks, split_chunks
from filrouge.compare.candidates import candidate_pairs
from filrouge.compare.clusters import FAR_LESS, Clustering
from filrouge.compare.comparison import Comparison, different_texts
from filrouge.compare.joining import KEPT
from filrouge.compare.models import best_connected, members_of, models_begun_at
from filrouge.compare.reach import Reach
from filrouge.compare.runs import dense_ids
from filrouge.compare.strangers import prices
from filrouge.compare.templates import build_templates
from filrouge.corpus.opening import joined
from filrouge.corpus.results import NoRunYet, last_run, membership
from filrouge.engines.local import Findings, described
from filrouge.engines.plain_words import known_words
from filrouge.engines.prepare import CHUNK, Marks, make_masks
from filrouge.guide import load_indicators
from filrouge.networks.listed import Listed, listed_words, together
from filrouge.networks.phrases import THREADS
from filrouge.progress import Silent

if TYPE_CHECKING:
    from filrouge.corpus.ledger import Snapshot
    from filrouge.corpus.opening import Opened
    from filrouge.corpus.workspace import Workspace
    from filrouge.progress import Progress


@dataclass(frozen=True)
class Recalled:
    """Findings of a view, and which ad and cluster of the workspace each is.

    Attributes:
        findings: as the main job would give them.
        ads: int64: the number in the workspace of each ad of the findings.
        cluster: int64: the id in the workspace of the cluster of each ad, -1 for none.
        run: the run that they come from.
    """

    findings: Findings
    ads: NDArray[np.int64]
    cluster: NDArray[np.int64]
    run: Snapshot


def recall(ws: Workspace, *, jobs: int = 1, progress: Progress | None = None) -> Recalled:
    """The findings of a view.

    Raises:
        NoRunYet: if no run had looked at its ads.
    """
    run = last_run(ws)
    if run is None:
        raise NoRunYet(ws.files.where)
    ads = ws.ads(["source", "row"]).sort("seq", "source", "row")["ad"].to_numpy()
    members = membership(ws)
    cluster, bits = members.of(ads), members.bits_of(ads)
    reaches = [Reach(*run.details[name]) for name in ("reach", "among")]
    findings = findings_of(
        ws, ads, cluster, bits, (reaches[0], reaches[1]), ties=True, jobs=jobs, progress=progress
    )
    return Recalled(findings, ads, cluster, run)


def findings_of(
    ws: Workspace,
    ads: NDArray[np.int64],
    cluster: NDArray[np.int64],
    bits: NDArray[np.float32],
    reaches: tuple[Reach, Reach],
    *,
    ties: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Findings:
    """The findings on some ads of a view whose clusters are known.

    Args:
        ws: the view.
        ads: int64: numbers of ads, in the order in which they are to stand.
        cluster: int64: the cluster of each, -1 for none.
        bits: float32: what its template saves each.
        reaches: what strangers reach with each other, and with templates.
        ties: whether `Findings.ties` will be asked for: pairs of texts are sought only then.
        jobs: cores to use.
        progress: told how far the work is.
    """
    opened = ws.texts(ads, words=False)
    marks = Marks(opened.identifiers, opened.places, opened.names)
    vocabulary = known_words(ws)
    tokens, listed = _read_through(opened.ads["text"], marks, vocabulary, jobs)
    found = _comparison(tokens, cluster, bits, reaches, ties, jobs)
    read = _read(ws, opened)
    return described(
        read, marks, opened.located, tokens, vocabulary, listed, found, progress=progress or Silent()
    )


def _read_through(texts: pl.Series, marks: Marks, vocabulary: Vocabulary, jobs: int) -> tuple[Tokens, Listed]:
    """The words of texts, and what the word lists of the guide say of them: few texts are folded at a time."""
    indicators, parts, listed = load_indicators(), [], []
    every = range(texts.len())
    chunks = [every[at : at + CHUNK] for at in every[::CHUNK]]
    masks = make_masks(marks, chunks)
    for k in range(0, max(len(chunks), 1), THREADS):
        folded = [fold_texts(texts[some.start : some.stop].to_list()) for some in chunks[k : k + THREADS]]
        parts.append(join_chunks(split_chunks(folded, masks[k : k + THREADS], jobs), vocabulary, jobs))
        listed.append(listed_words(indicators, folded))
    return joined(parts, texts.len()), together(listed)


def _comparison(
    tokens: Tokens,
    cluster: NDArray[np.int64],
    bits: NDArray[np.float32],
    reaches: tuple[Reach, Reach],
    ties: bool,
    jobs: int,
) -> Comparison:
    """The comparison that has these clusters; with the pairs of texts that were near, if ties are wanted."""
    words, count = dense_ids(tokens.key)
    key_of_word, kind_of_word = np.zeros(count, np.uint64), np.zeros(count, np.uint8)
    key_of_word[words], kind_of_word[words] = tokens.key, tokens.kind
    corpus, text = different_texts(words, key_of_word, kind_of_word, tokens.offsets, jobs)
    of_ad = _numbered(cluster, text)
    label, saved = np.full(corpus.ads, -1, np.int32), np.zeros(corpus.ads, np.float32)
    label[text], saved[text] = of_ad, bits
    # Two ads that were read a little differently when they came may have one text now.
    of_ad = label[text]
    price = prices(corpus, label, jobs)
    members = members_of(label)
    starts = best_connected(members, saved)
    start = corpus.words, corpus.offsets[starts], corpus.offsets[starts + 1]
    models = models_begun_at(corpus, price, members, start, 2, reaches[0].pair, jobs)
    first = second = np.zeros(0, np.int32)
    if ties:
        first, second, _times = candidate_pairs(corpus, KEPT, FAR_LESS, threads=jobs)
    plain = corpus.without_runs()
    clustering = Clustering(
        label, saved, models, price, first, second, reaches[0].pair, *reaches, plain, jobs
    )
    return Comparison(
        of_ad,
        np.where(of_ad >= 0, bits, 0).astype(np.float32),
        build_templates(plain, price, members, models, jobs),
        text,
        plain,
        clustering,
        np.bincount(text, minlength=corpus.ads),
    )


def _numbered(cluster: NDArray[np.int64], text: NDArray[np.int32]) -> NDArray[np.int32]:
    """Clusters by numbers that hang on their texts alone; ids go by the order in which ads came."""
    inside = cluster >= 0
    ids, at = np.unique(cluster[inside], return_inverse=True)
    first = np.full(ids.size, text.max(initial=0), np.int32)
    np.minimum.at(first, at, text[inside])
    number = np.empty(ids.size, np.int32)
    number[np.argsort(first, kind="stable")] = np.arange(ids.size, dtype=np.int32)
    of_ad = np.full(cluster.size, -1, np.int32)
    of_ad[inside] = number[at]
    return of_ad


def _read(ws: Workspace, opened: Opened) -> ReadResult:
    """The ads as if they were read from their files just now."""
    ads, again = with_unique_ids(opened.ads.drop("ad"), [opened.ads.height])
    rejects = ws.rejects().select("file", "row", "field", "reason")
    told = rejects_frame([line for lines in again for line in lines])
    sources = ws.table("sources")
    return ReadResult(
        ads,
        pl.concat([rejects.cast(dict(told.schema)), told]),  # type: ignore[arg-type]
        _guessed(sources.select("name", "guessed")),
        [Source(*row) for row in sources.select("name", "sha256", "bytes", "rows").iter_rows()],
        list(
            dict.fromkeys(note for notes in sources["notes"].to_list() if notes for note in json.loads(notes))
        ),
    )


def _guessed(rows: pl.DataFrame) -> list[GuessedColumns]:
    made: list[tuple[str, dict[str, Any]]] = [
        (name, json.loads(said or "{}")) for name, said in rows.iter_rows()
    ]
    return [GuessedColumns(file=name, **said) for name, said in made if said]
