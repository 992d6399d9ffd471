"""A person's own ads, by their text."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from filrouge.corpus.workspace import Workspace
from filrouge.engines import own_ads
from filrouge.engines.casebook import Casebook
from filrouge.engines.ingest import ingest
from filrouge.engines.opened import open_index

MINE = "Maintenant à Lille. Deux soins pour le prix d'un, chaque mardi chez {name}, appelez le {phone}"


def test_the_own_text_is_found_though_its_town_is_one_by_the_place_of_the_ad_alone(tmp_path: Path) -> None:
    texts = [
        MINE.format(name="Anne", phone="514 555 0147"),
        MINE.format(name="Anne", phone="514 555 0148"),
        MINE.format(name="Marie", phone="514 555 0147"),
        *(f"{words} et encore {words} au coin de la rue" for words in ("pain", "lait", "miel", "bois")),
    ]
    path = tmp_path / "ads.csv"
    pl.DataFrame(
        {"id": [str(k) for k in range(len(texts))], "text": texts, "agency": "northboard",
         "posted": "2026-01-05 09:00", "location": "Lille, France"}
    ).write_csv(path)  # fmt: skip
    ws = Workspace.init(tmp_path / "ws", secret=bytes(range(32)))
    ingest(ws, [str(path)], case="a")
    ws = ws.refreshed()
    index = open_index(ws, merge=False, among="a")
    assert not index.nearest(texts[0])[0].equal
    found = own_ads.by_text(Casebook(ws, "a"), index, f"  {texts[0].upper()} ")
    assert found == own_ads.OwnAds((0,))
    assert own_ads.by_text(Casebook(ws, "a"), index, texts[0].replace("mardi", "lundi")).ads == ()
