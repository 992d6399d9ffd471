"""Write examples/demo: invented ads as four invented agencies would export them, and their truth.

python tools/build_demo.py
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from filrouge.ads.synthetic import synthesise

ADS, SEED, DIFFICULTY = 2_000, 2026, 0.4
TARGET = Path(__file__).parents[1] / "examples" / "demo"

README = """\
# Demo: 2,000 invented ads of four invented agencies

**Synthetic.** No person, organisation, agency or phone here exists. Phones are numbers kept for fiction,
addresses are under example.com, example.org and example.net, and the trades are everyday ones: massage,
cleaning, nails, rooms, jobs, moving, lessons, dog walking.

| file | agency | languages | form |
|---|---|---|---|
| harbourlist.csv | harbourlist | English | CSV |
| petitesannonces.csv | petitesannonces | French | CSV with semicolons, French headers, day before month |
| elmercado.tsv | elmercado | Spanish | TSV, Spanish headers, day before month |
| northboard.jsonl | northboard | English and French | JSON lines |
| truth.csv | | | of each ad: its true cluster (empty: alone) and organisation (empty: a person alone) |

Half of the ads are by people who work alone, half by organisations that post from a few templates, on
several agencies, in one city after another. The copies of a template are changed and disguised
(difficulty {difficulty}).

```console
$ make demo
$ filrouge evaluate --truth examples/demo/truth.csv --clusters out/demo/clusters.csv
```

Made by `python tools/build_demo.py`, seed {seed}.
"""


class Export(NamedTuple):
    """How one agency exports its ads: headers for id, posted, location and text, in this order."""

    file: str
    prefix: str
    headers: tuple[str, str, str, str]
    dates: str
    write: Callable[[Path, Sequence[str], Sequence[Sequence[str]]], None]


def _table(delimiter: str) -> Callable[[Path, Sequence[str], Sequence[Sequence[str]]], None]:
    def write(path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([headers, *rows])

    return write


def _json_lines(path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = (json.dumps(dict(zip(headers, row, strict=True)), ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


EXPORTS = {
    "harbourlist": Export(
        "harbourlist.csv", "H", ("id", "posted", "city", "description"), "%Y-%m-%d %H:%M", _table(",")
    ),
    "petitesannonces": Export(
        "petitesannonces.csv",
        "P",
        ("Référence", "Date de publication", "Ville", "Texte de l'annonce"),
        "%d/%m/%Y %H:%M",
        _table(";"),
    ),
    "elmercado": Export(
        "elmercado.tsv", "M", ("Folio", "Fecha", "Ciudad", "Descripción"), "%d/%m/%Y %H:%M", _table("\t")
    ),
    "northboard": Export(
        "northboard.jsonl",
        "N",
        ("listing_id", "posted_at", "location", "body"),
        "%Y-%m-%dT%H:%M:00",
        _json_lines,
    ),
}


def main() -> None:
    """Write the files; the same ones each time."""
    corpus = synthesise(ADS, SEED, DIFFICULTY, templates_only=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    own_id: dict[str, str] = {}
    for agency, export in EXPORTS.items():
        rows = []
        for ad in corpus.ads.filter(pl.col("agency") == agency).iter_rows(named=True):
            own_id[ad["id"]] = f"{export.prefix}-{len(rows) + 1:04d}"
            posted: datetime | None = ad["posted"]
            date = posted.strftime(export.dates) if posted else ""
            rows.append((own_id[ad["id"]], date, ad["location"], ad["text"]))
        export.write(TARGET / export.file, export.headers, rows)
    if len(own_id) != ADS:
        raise RuntimeError(f"{ADS - len(own_id)} ads are of an agency that exports nothing")
    truth = corpus.truth.drop("network", "role", "case")
    truth = truth.with_columns(pl.col("id").replace_strict(own_id)).sort("id")
    truth.write_csv(TARGET / "truth.csv")
    readme = README.format(difficulty=DIFFICULTY, seed=SEED)
    (TARGET / "README.md").write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
