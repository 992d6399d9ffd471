"""Ads a second, memory and start-up; candidate generation beside datasketch's MinHashLSH, in one run.

python benchmarks/speed.py [--ads 200000] [--without-datasketch]   # needs: pip install datasketch
python benchmarks/speed.py --growth                                # 200,000 and 1,000,000 ads
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from pathlib import Path

import numpy as np
from common import Measured, compare, machine, workplace

from filrouge.ads.synthetic import write_synthetic


def candidate_seconds(folder: Path) -> tuple[float, int, list[list[int]]]:
    """Seconds that filrouge takes from words to candidate pairs; how many; the texts as word numbers."""
    from filrouge.compare.candidates import candidate_pairs
    from filrouge.compare.strangers import number_runs

    words = np.load(folder / "index" / "words.npy")
    offsets = np.load(folder / "index" / "offsets.npy")
    keys, kinds = words.astype(np.uint64) + 1, np.zeros(words.size, np.uint8)
    few = offsets[min(200, offsets.size - 1)]
    small = number_runs(keys[:few], kinds[:few], offsets[:201])
    candidate_pairs(small)  # so that compiling is not measured
    began = time.perf_counter()
    corpus = number_runs(keys, kinds, offsets)
    first, _second, _times = candidate_pairs(corpus)
    seconds = time.perf_counter() - began
    texts = [words[a:b].tolist() for a, b in itertools.pairwise(offsets)]
    return seconds, first.size, texts


def datasketch_seconds(texts: list[list[int]]) -> tuple[float, int]:
    """The same from datasketch: 128 permutations, runs of two words, threshold 0.5; and how many pairs."""
    from datasketch import MinHash, MinHashLSH

    began = time.perf_counter()
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    pairs = 0
    runs = ([b"%d %d" % pair for pair in itertools.pairwise(text)] for text in texts)
    for ad, sketch in enumerate(MinHash.generator(runs, num_perm=128)):
        pairs += len(lsh.query(sketch))
        lsh.insert(ad, sketch)
    return time.perf_counter() - began, pairs


def row(ads: int, run: Measured) -> str:
    """A line of the table."""
    rate = ads / run.working
    return f"| {ads:,} | {run.wall:.1f} | {run.working:.1f} | {rate:,.0f} | {run.gigabytes:.2f} |"


def main() -> None:
    """Print tables in Markdown."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ads", type=int, default=200_000)
    options.add_argument("--growth", action="store_true")
    options.add_argument("--without-datasketch", action="store_true")
    asked = options.parse_args()
    print(machine(), "\n")
    with workplace() as place:
        folder = Path(place)
        write_synthetic(folder / "small", 1000, 1, 0.5)
        os.environ["NUMBA_CACHE_DIR"] = str(folder / "cache")
        cold = compare([folder / "small" / "ads.csv"], folder / "first")
        warm = compare([folder / "small" / "ads.csv"], folder / "second")
        print(f"start to first result on 1,000 ads: cold {cold.wall:.1f} s, warm {warm.wall:.1f} s\n")
        print("| ads | wall s | read to report data s | ads a second | GB |\n|---|---|---|---|---|")
        sizes = [200_000, 1_000_000] if asked.growth else [asked.ads]
        runs = []
        for ads in sizes:
            write_synthetic(folder / "set", ads, 1, 0.5)
            runs.append(compare([folder / "set" / "ads.csv"], folder / "out"))
            print(row(ads, runs[-1]), flush=True)
            print("  " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in runs[-1].stages.items()))
        if asked.growth:
            print(f"\n1,000,000 ads take {runs[1].working / runs[0].working:.2f} times as long as 200,000")
        elif not asked.without_datasketch:
            ours, our_pairs, texts = candidate_seconds(folder / "out")
            theirs, their_pairs = datasketch_seconds(texts)
            print(f"\ncandidates, one thread: filrouge {ours:.2f} s ({our_pairs:,} pairs)")
            print(
                f"datasketch MinHashLSH {theirs:.1f} s ({their_pairs:,} pairs): {theirs / ours:.0f} times as long"
            )


if __name__ == "__main__":
    main()
