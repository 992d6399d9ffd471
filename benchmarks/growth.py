"""How the comparison grows: seconds, memory and score of `compare` at several sizes, from words that are numbered.

Each size runs in a process of its own, so that its memory is its own. Candidates stand beside datasketch's
MinHashLSH at the smallest size, in one run. Ads that hold nothing but an agency's house text are left out of the
score: the set has that text taken out of all others, so nobody could tell whose they are.

    python benchmarks/scale_set.py --ads 4000000 --out SET
    python benchmarks/growth.py --set SET --words WORDS [--sizes 200000,1000000]     # needs: pip install datasketch
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from common import machine
from speed import datasketch_seconds

from filrouge.ads.columns import Columns
from filrouge.ads.readers import read_ads
from filrouge.ads.tokens import vocabulary_of
from filrouge.compare.candidates import candidate_pairs
from filrouge.compare.clusters import FAR_LESS
from filrouge.compare.comparison import compare_words, different_texts
from filrouge.compare.evaluate import evaluate
from filrouge.compare.joining import KEPT
from filrouge.engines.prepare import CHUNK, as_written, joined
from filrouge.progress import Silent

SMALL = 2000
HOUSE = "house"


def write_words(part: Path, out: Path) -> Path:
    """Write the words of a part of the set as numbers, with the ids of its ads."""
    path = out / f"{part.stem}.npz"
    if not path.exists():
        ads = read_ads([str(part)], Columns(), progress=Silent()).ads
        written = [as_written(ads[first : first + CHUNK]) for first in range(0, ads.height, CHUNK)]
        vocabulary = vocabulary_of([one.words for one in written])
        tokens = [joined(one, vocabulary).tokens for one in written]
        key = np.concatenate([one.key for one in tokens])
        keys, first_at, words = np.unique(key, return_index=True, return_inverse=True)
        sizes = np.concatenate([np.diff(one.offsets) for one in tokens])
        # Under another name first, so that a part that is there is whole.
        np.savez(
            path.with_suffix(".new.npz"),
            keys=keys,
            kinds=np.concatenate([one.kind for one in tokens])[first_at],
            words=words.astype(np.int32),
            offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            ids=np.array(ads["id"].to_list()),
        )
        path.with_suffix(".new.npz").rename(path)
    return path


def read_words(paths: list[Path], ads: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The first ads of the parts: `words`, `key_of_word`, `kind_of_word`, `offsets` of `compare_words`."""
    known = [np.load(path) for path in paths]
    keys, first_at = np.unique(np.concatenate([part["keys"] for part in known]), return_index=True)
    kinds = np.concatenate([part["kinds"] for part in known])[first_at]
    words, sizes, missing = [], [], ads
    for part in known:
        offsets = part["offsets"][: missing + 1]
        words.append(np.searchsorted(keys, part["keys"]).astype(np.int32)[part["words"][: offsets[-1]]])
        sizes.append(np.diff(offsets))
        missing -= offsets.size - 1
        if not missing:
            break
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return np.concatenate(words), keys, kinds, offsets


def score(found: np.ndarray, paths: list[Path], folder: Path) -> dict[str, float]:
    """How well the clusters agree with the truth."""
    ids = np.concatenate([np.load(path)["ids"] for path in paths])[: found.size]
    parts = [folder / f"{path.stem.replace('part', 'truth')}.csv" for path in paths]
    truth = pl.concat([pl.read_csv(part, infer_schema=False) for part in parts])
    rows = (
        pl.DataFrame({"id": ids.tolist(), "found": found})
        .join(truth, on="id", how="left", maintain_order="left")
        .filter(pl.col("role") != HOUSE)
        .with_columns(
            pl.when(pl.col("found") < 0).then(pl.lit("")).otherwise(pl.col("found").cast(pl.String))
        )
    )
    scores = evaluate(rows["cluster"].fill_null("").to_list(), rows["literal"].to_list())
    return {
        "precision": scores.precision,
        "recall": scores.recall,
        "f1": scores.f1,
        "b_cubed": scores.b_cubed_f1,
    }


def measure(folder: Path, paths: list[Path], ads: int, threads: int) -> dict[str, Any]:
    """One size, in this process."""
    # So that compiling is not measured.
    compare_words(*read_words(paths[:1], SMALL), threads)
    words = read_words(paths, ads)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    began, worked = time.perf_counter(), time.process_time()
    found = compare_words(*words, threads)
    return {
        "ads": words[3].size - 1,
        "words": words[0].size,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - worked,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "before": held,
        "clusters": len(found.templates),
        **score(found.cluster, paths, folder),
    }


def candidates(paths: list[Path], ads: int, threads: int) -> None:
    """Candidates from words, beside datasketch on the same ads."""
    words, keys, kinds, offsets = read_words(paths, ads)
    for last in (SMALL, ads):
        began = time.perf_counter()
        corpus, _text = different_texts(words[: offsets[last]], keys, kinds, offsets[: last + 1], threads)
        first, _second, _times = candidate_pairs(corpus, KEPT, FAR_LESS, threads=threads)
        ours = time.perf_counter() - began
    theirs, pairs = datasketch_seconds([words[a:b].tolist() for a, b in pairwise(offsets.tolist())])
    print(f"\ncandidates of {ads:,} ads: filrouge {ours:.1f} s ({first.size:,} pairs), {threads} threads;")
    print(
        f"datasketch MinHashLSH {theirs:.1f} s ({pairs:,} pairs), one thread: {theirs / ours:.0f} times as long"
    )


def main() -> None:
    """Print tables in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, required=True, help="what benchmarks/scale_set.py wrote")
    parser.add_argument(
        "--words", type=Path, required=True, help="where the words are kept, once for all runs"
    )
    parser.add_argument("--sizes", default="200000,400000,1000000,4000000", help="apart by commas")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-datasketch", action="store_true")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    parts = sorted(asked.set.glob("part-*.csv"))
    asked.words.mkdir(parents=True, exist_ok=True)
    paths = [asked.words / f"{part.stem}.npz" for part in parts]
    if asked.alone:
        print(json.dumps(measure(asked.set, paths, asked.alone, asked.threads)))
        return
    with ProcessPoolExecutor(asked.threads) as pool:
        list(pool.map(write_words, parts, [asked.words] * len(parts)))
    sizes = sorted(map(int, asked.sizes.split(",")))
    print(machine(), "\n")
    print("| ads | seconds | of a core | GB | KB an ad | clusters | precision | recall | F1 | B-cubed F1 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in sizes:
        run = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--alone", str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        row = json.loads(run.stdout)
        cells = [f"{row['ads']:,}", f"{row['seconds']:.1f}", f"{row['cpu']:.1f}", f"{row['gigabytes']:.2f}"]
        cells += [f"{row['gigabytes'] * 2**20 / row['ads']:.2f}", f"{row['clusters']:,}"]
        cells += [f"{row[name]:.4f}" for name in ("precision", "recall", "f1", "b_cubed")]
        print(f"| {' | '.join(cells)} |", flush=True)
    if not asked.without_datasketch:
        candidates(paths, sizes[0], asked.threads)


if __name__ == "__main__":
    main()
