"""Pasted texts asked of a workspace: milliseconds, recall, decision and disk, beside SQLite's FTS5 in the same run.

    python benchmarks/search.py --ads 400000                      # makes a set, takes it in, compares it, asks
    python benchmarks/search.py --set FOLDER [--workspace WS]     # a set of scale_set.py; a workspace that holds it
        [--questions 500] [--without-run] [--learn 400000] [--without-baseline] [--baseline-questions 40]

A question is an ad of the set, changed as people change what they paste: another phone, a sentence left out, two
letters exchanged. The ad itself does not count as found. Strangers are ads of another seed, which have the stock
sentences of the trade and nothing else in common with the set. A copy counts as found if it is said to be tied; what
the truth says of it, the program never sees.
"""

from __future__ import annotations

import argparse
import base64
import random
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from common import machine, workplace
from scale_set import without_house_text, write_set

from filrouge.ads.synthetic import synthesise
from filrouge.compare.language import LanguageModel, language_model
from filrouge.compare.reach import QUANTILES, Reach
from filrouge.compare.strangers import number_runs
from filrouge.corpus.indexing import index_folder
from filrouge.corpus.workspace import Workspace
from filrouge.engines.ask import SearchIndex
from filrouge.engines.asking import Ranked, Weigher
from filrouge.engines.ingest import ingest
from filrouge.engines.opened import open_index

SECRET = bytes(32)
SHOWN = 10
LOOKED_AT = 30
"""Hits by which recall and decision are judged: of a template with more copies as many count."""
NEAR = 0.5
_PHONE = re.compile(r"\+?\d[\d ().\-]{6,}\d")
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+")


@dataclass(frozen=True)
class Question:
    """A text, the ad it was made of, and the ads that are copies of that; no ad and no copies for a stranger."""

    text: str
    source: str
    copies: frozenset[str]


def pasted(text: str, chance: random.Random) -> str:
    """The text as somebody would paste it."""
    text = _PHONE.sub(lambda _: f"+1 202 555 0{chance.randrange(100, 200)}", text)
    sentences = _SENTENCE.split(text)
    if len(sentences) > 2:
        del sentences[chance.randrange(len(sentences))]
    words = " ".join(sentences).split(" ")
    long = [k for k, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long:
        k = chance.choice(long)
        at = chance.randrange(1, len(words[k]) - 2)
        words[k] = words[k][:at] + words[k][at + 1] + words[k][at] + words[k][at + 2 :]
    return " ".join(words)


def parts(folder: Path) -> list[tuple[Path, Path]]:
    """The files of a set, and the truth of each."""
    return [
        (path, path.with_name(path.name.replace("part", "truth")))
        for path in sorted(folder.glob("part-*.csv"))
    ]


def questions(folder: Path, count: int, seed: int) -> tuple[list[Question], list[Question]]:
    """Changed ads that have copies, and strangers; some of each part of the set."""
    chance = random.Random(seed)
    files = parts(folder)
    asked = []
    for path, truth in files:
        of = pl.read_csv(truth, columns=["id", "cluster"]).filter(pl.col("cluster") != "")
        members: dict[str, list[str]] = defaultdict(list)
        for ad, cluster in of.iter_rows():
            members[cluster].append(ad)
        some = [cluster for ids in members.values() if len(ids) > 1 for cluster in [ids]]
        chosen = {
            chance.choice(ids): ids for ids in chance.sample(some, min(len(some), -(-count // len(files))))
        }
        rows = pl.read_csv(path, columns=["id", "text"]).filter(pl.col("id").is_in(list(chosen)))
        asked += [
            Question(pasted(text, chance), ad, frozenset(chosen[ad]) - {ad}) for ad, text in rows.iter_rows()
        ]
    chance.shuffle(asked)
    return asked[:count], strangers_of(count, seed + 77_000)


def strangers_of(count: int, seed: int) -> list[Question]:
    """Ads that have nothing to do with the set but the trade."""
    texts = without_house_text(synthesise(max(4 * count, 2_000), seed, 0.5).ads)["text"].to_list()
    return [Question(text, "", frozenset()) for text in random.Random(seed).sample(texts, count)]


def held(folder: Path, where: Path, run: bool, secret: bytes) -> Workspace:
    """The workspace with the set in it; what is there already is not done again."""
    if (where / "workspace.json").exists():
        ws = Workspace.open(where, secret=secret)
    else:
        ws = Workspace.init(where, secret=secret)
        began = time.perf_counter()
        ingest(ws, [str(path) for path, _truth in parts(folder)], case="benchmark", jobs=2)
        print(f"taken in: {time.perf_counter() - began:.0f} s", flush=True)
    if run and not any(row.kind == "run" for row in ws.refreshed().snapshots()):
        from filrouge.engines.run import run as compare_all

        began = time.perf_counter()
        compare_all(ws.refreshed(), jobs=2)
        print(f"compared: {time.perf_counter() - began:.0f} s", flush=True)
    return ws.refreshed()


def learned(ws: Workspace, ads: int, sample: int) -> LanguageModel:
    """What words cost, from random ads that speak for themselves: a stand-in where no run has learned it."""
    numbers = np.random.default_rng(0).permutation(ads)[:sample]
    found = ws.words(np.sort(numbers).astype(np.int64))
    keys = found.keys[found.words]
    corpus = number_runs(keys, (keys & np.uint64(15)).astype(np.uint8), found.offsets)
    key_of_word = np.zeros(corpus.sizes[0], np.uint64)
    key_of_word[corpus.words] = keys
    return language_model(corpus, key_of_word, np.full(found.ad.size, -1, np.int32))


def strangers_cut(index: SearchIndex, strangers: list[Question]) -> float:
    """What 1 in 100 strangers reaches, fitted as a run does it, to strangers who are not asked about later."""
    found = [by_words_alone(index, question, SHOWN) for question in strangers]
    best = [float(each.bits.max(initial=0.0)) for each in found]
    low, high = (float(q) for q in np.quantile(best, QUANTILES))
    place = -np.log(-np.log(np.array(QUANTILES)))
    scale = (high - low) / float(place[1] - place[0])
    return Reach(low - scale * float(place[0]), scale, index.ads).pair


def milliseconds(times: list[float]) -> str:
    """Two percentiles."""
    p50, p95 = np.percentile(np.array(times) * 1e3, [50, 95])
    return f"{p50:.1f} | {p95:.1f}"


def time_ours(index: SearchIndex, asked: list[Question]) -> tuple[str, str]:
    """Milliseconds of whole questions: cleaned, proposed, weighed, the best ten opened; on the clock, and of a core."""
    clock, core = [], []
    for question in asked:
        began, used = time.perf_counter(), time.process_time()
        index.nearest(question.text, SHOWN)
        clock.append(time.perf_counter() - began)
        core.append(time.process_time() - used)
    return milliseconds(clock), milliseconds(core)


def by_words_alone(index: SearchIndex, question: Question, top: int) -> Ranked:
    """What its words lead to; the identifiers that a text still names would lead to other ads of the same hand."""
    asked = replace(index.question(question.text), kinds=(), pseudonyms=np.zeros(0, np.uint64))
    return index.ranked(asked, top)


def numbers_of(ws: Workspace, ads: int, wanted: set[str]) -> dict[str, int]:
    """The numbers of some ads by their ids."""
    out = {}
    for first in range(0, ads, 50_000):
        some = np.arange(first, min(first + 50_000, ads))
        ids = ws.texts(some, marks=False).ads["id"].to_list()
        out.update({ad: first + k for k, ad in enumerate(ids) if ad in wanted})
    return out


def judge(ws: Workspace, index: SearchIndex, asked: list[Question], strangers: list[Question]) -> float:
    """Print recall and decision, for all copies and for those that are still near.

    Near is a copy of which the pasted text holds at least half, in bits; the others were changed so much that little
    is left of what the two have in common.

    Returns:
        Of the copies of each question, ten at most, the share that is among the first ten hits.
    """
    numbers = numbers_of(ws, index.ads, {ad for q in asked for ad in (*q.copies, q.source)})
    beside = [by_words_alone(index, question, LOOKED_AT) for question in strangers]
    false = sum(int(found.tied[:LOOKED_AT].sum()) for found in beside)
    bothered = sum(bool(found.tied.any()) for found in beside)
    among_ten = np.zeros(2)
    counts = {share: np.zeros(6) for share in (0.0, NEAR)}
    for question in asked:
        copies = np.array(sorted(numbers[ad] for ad in question.copies if ad in numbers), np.int64)
        own = numbers.get(question.source, -1)
        found = by_words_alone(index, question, 4 * LOOKED_AT)
        others = found.ads != own
        ads, is_tied = found.ads[others], found.tied[others]
        listed, tied = set(ads[is_tied].tolist()), set(ads[:LOOKED_AT][is_tied[:LOOKED_AT]].tolist())
        among_ten += np.array([np.isin(ads[:SHOWN], copies).sum(), min(copies.size, SHOWN)])
        weigher = Weigher(index.question(question.text).keys, index.prices)
        opened = ws.words(copies)
        bits = weigher.bits(opened)
        price = index.prices.prices(opened.keys[opened.words], opened.offsets)
        whole = np.add.reduceat(price, opened.offsets[:-1]) if copies.size else bits
        for share, count in counts.items():
            near = copies[bits >= share * whole].tolist()
            right = len(listed & set(near))
            most = min(len(near), LOOKED_AT)
            any_of = [bool(near), bool(right)]
            count += [most, min(right, most), len(tied), len(tied & set(copies.tolist())), *any_of]
    print(
        "| | recall | questions with one found | precision | F1 | precision with strangers | F1 with strangers |"
    )
    print("|---|---|---|---|---|---|---|")
    for share, (wanted, got, tied_hits, right, askable, answered) in counts.items():
        recall, precision = got / wanted, right / tied_hits
        with_strangers = right / (tied_hits + false)
        scores = [f1(recall, precision), f1(recall, with_strangers)]
        name = "copies that are near" if share else "all copies"
        print(
            f"| {name} | {recall:.4f} | {answered / askable:.4f} | {precision:.4f} | {scores[0]:.4f} | "
            f"{with_strangers:.4f} | {scores[1]:.4f} |"
        )
    print(f"\nstrangers with a false tie: {bothered} of {len(strangers)}", flush=True)
    return float(among_ten[0] / among_ten[1])


def f1(recall: float, precision: float) -> float:
    """Their harmonic mean."""
    return 2 * recall * precision / max(recall + precision, 1e-9)


def rows_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Ids and texts of a set."""
    for path, _truth in parts(folder):
        yield from pl.read_csv(path, columns=["id", "text"]).fill_null("").iter_rows()


def baseline(folder: Path, place: Path, asked: list[Question]) -> None:
    """SQLite FTS5: any of the words, ranked by bm25; told which ten, and not whether they are copies."""
    path = place / "baseline.db"
    with sqlite3.connect(path) as db:
        began = time.perf_counter()
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("CREATE VIRTUAL TABLE ads USING fts5(text, content='')")
        db.execute("CREATE TABLE ids (id TEXT)")
        for number, (ad, text) in enumerate(rows_of(folder), 1):
            db.execute("INSERT INTO ids (rowid, id) VALUES (?, ?)", (number, ad))
            db.execute("INSERT INTO ads (rowid, text) VALUES (?, ?)", (number, text))
        db.commit()
        built = time.perf_counter() - began
        size = sum(db.execute("SELECT sum(length(block)) FROM ads_data").fetchone())
        times = []
        found = wanted = 0
        for question in asked:
            words = dict.fromkeys(re.findall(r"[a-z0-9à-öø-ÿ]+", question.text.lower()))
            wanted += min(len(question.copies), SHOWN)
            if not words:
                continue  # of letters that it does not index: nothing is found
            query = " OR ".join(f'"{word}"' for word in words)
            began = time.perf_counter()
            rows = db.execute(
                "SELECT id FROM ads JOIN ids ON ids.rowid = ads.rowid WHERE ads MATCH ? ORDER BY rank LIMIT ?",
                (query, SHOWN + 1),
            ).fetchall()
            times.append(time.perf_counter() - began)
            others = [ad for (ad,) in rows if ad != question.source][:SHOWN]
            found += sum(ad in question.copies for ad in others)
        ads = db.execute("SELECT count(*) FROM ids").fetchone()[0]
    print(
        f"| SQLite FTS5 | {milliseconds(times)} | | | {found / max(wanted, 1):.4f} | {size / ads:.0f} | {built:.0f} |"
    )


def main() -> None:
    """Print what was measured."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--ads", type=int, default=200_000)
    options.add_argument("--set", type=Path)
    options.add_argument("--workspace", type=Path)
    options.add_argument("--questions", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--without-run", action="store_true")
    options.add_argument(
        "--learn", type=int, default=0, help="ads to learn prices from where there is no run"
    )
    options.add_argument("--key-file", type=Path, help="of the workspace")
    options.add_argument("--without-baseline", action="store_true")
    options.add_argument("--baseline-questions", type=int, default=40)
    asked = options.parse_args()
    print(machine(), "\n")
    with workplace() as place:
        folder = asked.set or Path(place) / "set"
        if asked.set is None:
            write_set(folder, asked.ads, 900, 0.5)
        secret = base64.b64decode(asked.key_file.read_text()) if asked.key_file else SECRET
        ws = held(folder, asked.workspace or Path(place) / "ws", not asked.without_run, secret)
        before = index_folder(ws).manifest().covered
        began = time.perf_counter()
        index = open_index(ws, jobs=2, merge=False)
        built = time.perf_counter() - began
        manifest = index_folder(ws).manifest()
        text_bytes = sum(path.stat().st_size for path, _truth in parts(folder)) / max(index.ads, 1)
        each = index_folder(ws).bytes() / max(index.ads, 1)
        print(
            f"{index.ads:,} ads in {len(manifest.segments)} segments, {'opened' if before else 'built'} in "
            f"{built:.1f} s; {each:.1f} bytes an ad, {each / text_bytes:.3f} of the files; "
            f"ties need {index.cuts.near:.1f} bits, plain copies {index.cuts.plain:.1f}\n"
        )
        copies, strangers = questions(folder, asked.questions, asked.seed)
        if asked.learn:
            model = learned(ws, index.ads, asked.learn)
            index = open_index(ws, prices=model, merge=False)
            cut = strangers_cut(index, strangers_of(asked.questions, asked.seed + 88_000))
            index = open_index(ws, prices=model, cut=cut, merge=False)
            print(f"prices learned from {asked.learn:,} ads; ties need {cut:.1f} bits\n")
        for question in [*copies[:20], *strangers[:20]]:
            index.nearest(question.text, SHOWN)  # so that no compiling is measured
        both = [question for pair in zip(copies, strangers, strict=True) for question in pair]
        clock, core = time_ours(index, both)
        at_ten = judge(ws, index, copies, strangers)
        print(
            "\n| | p50 ms | p95 ms | p50 of a core | p95 of a core | copies among ten | bytes an ad | built in s |"
        )
        print("|---|---|---|---|---|---|---|---|")
        print(f"| filrouge | {clock} | {core} | {at_ten:.4f} | {each:.0f} | {built:.0f} |", flush=True)
        if not asked.without_baseline:
            baseline(folder, Path(place), copies[: asked.baseline_questions])


if __name__ == "__main__":
    main()
