"""A program that writes to a workspace until it is stopped; for tests that stop it.

python writers.py WS SOURCE COUNT SEED BATCHES
"""

from __future__ import annotations

import sys

from made import chunk_of
from made_workspace import opened, sealed_for


def main(where: str, source: str, count: int, seed: int, batches: int) -> None:
    """Add ads in several batches, each of its own seed; what is held already is passed over."""
    print("ready", flush=True)
    for number in range(batches):
        chunk = chunk_of(count, seed + number, source)
        ws = opened(where)
        with ws.begin("ingest") as batch:
            batch.add_chunk(sealed_for(batch, ws, chunk))
            batch.commit({"seed": seed + number})
        print(f"done {number} {batch.dropped}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
