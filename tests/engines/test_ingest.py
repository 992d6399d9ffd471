"""Files of ads taken into a workspace: each ad once, all of a batch or nothing of it."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from filrouge.ads.synthetic import synthesise
from filrouge.corpus.workspace import Workspace
from filrouge.engines import ingest as engine
from filrouge.engines.crew import Crew, HelperDied, Sealing
from filrouge.engines.ingest import IngestSummary, ingest
from filrouge.engines.plain_words import known_words
from filrouge.engines.prepare import prepare
from filrouge.errors import MissingFile, NoAds

SECRET = bytes(range(32))
ADS = synthesise(300, 5, 0.5).ads
PHONE = "514-555-0134"


def written(folder: Path, name: str, ads: pl.DataFrame) -> str:
    path = folder / name
    ads.select("id", "text", "agency", "posted", "location").write_csv(path)
    return str(path)


def rows(folder: Path, name: str, *texts: str, header: str = "text") -> str:
    path = folder / name
    path.write_text("\n".join([header, *texts, ""]), encoding="utf-8")
    return str(path)


def taken(ws: Workspace, *paths: str, jobs: int = 1) -> IngestSummary:
    return ingest(ws, paths, case="flats", receiver="M. Roy", jobs=jobs)


def texts_of(ws: Workspace) -> list[str]:
    now = ws.refreshed()
    return now.texts(now.ads(["ad"])["ad"].to_numpy()).ads["text"].to_list()


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "ws", secret=SECRET)


def test_a_file_given_again_adds_nothing(ws: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "ads.csv", ADS)
    first = taken(ws, path)
    assert (first.read, first.added, first.held) == (300, 300, 0)
    again = taken(ws, path)
    assert (again.read, again.added, again.held, again.snapshot) == (300, 0, 300, None)
    assert ws.refreshed().snapshot == first.snapshot
    assert sorted(texts_of(ws)) == sorted(ADS["text"].to_list())


def test_what_two_files_share_is_taken_once(ws: Workspace, tmp_path: Path) -> None:
    one, two = written(tmp_path, "one.csv", ADS[:200]), written(tmp_path, "two.csv", ADS[150:])
    done = taken(ws, one, two)
    assert (done.read, done.added, done.held) == (350, 300, 50)
    assert ws.refreshed().ads(["source", "row"]).height == 300


def test_equal_rows_of_one_file_are_ads_of_their_own(ws: Workspace, tmp_path: Path) -> None:
    path = rows(tmp_path, "a.csv", "piano lessons", "piano lessons", "piano lessons")
    assert taken(ws, path).added == 3
    assert taken(ws, path).added == 0
    longer = rows(tmp_path, "b.csv", "piano lessons", "piano lessons", "piano lessons", "piano lessons")
    assert taken(ws, longer).added == 1


def test_ids_and_agencies_that_the_reader_made_up_do_not_make_an_ad_new(
    ws: Workspace, tmp_path: Path
) -> None:
    assert taken(ws, rows(tmp_path, "monday.csv", "piano lessons", "flat for rent")).added == 2
    other = rows(tmp_path, "tuesday.csv", "flat for rent", "piano lessons", "a garden to share")
    assert taken(ws, other).added == 1
    assert ws.refreshed().ads(["agency"])["agency"].to_list() == ["monday", "monday", "tuesday"]


def test_a_bad_row_is_in_the_rejects_and_the_rest_is_taken(ws: Workspace, tmp_path: Path) -> None:
    path = rows(
        tmp_path, "bad.csv", 'a1,"a flat"', "a2", 'a3,"a room"', 'a4,"a cellar",x,y', header="id,text"
    )
    done = taken(ws, path)
    assert done.added == 2
    kept = ws.refreshed().rejects()
    assert kept["row"].to_list() == [line.row for line in done.rejects] == [2, 4]
    assert kept["reason"].to_list() == [line.reason for line in done.rejects]


def test_the_receipt_says_who_received_which_bytes(ws: Workspace, tmp_path: Path) -> None:
    done = taken(ws, rows(tmp_path, "a.csv", "piano lessons"))
    receipt = ws.refreshed().table("sources").row(0, named=True)
    assert (receipt["sha256"], receipt["receiver"], receipt["case"]) == (
        done.sources[0].sha256,
        "M. Roy",
        "flats",
    )
    assert (receipt["rows"], receipt["guessed"]) == (
        1,
        '{"fields": {"text": "text"}, "how": {"text": "header"}, "order": ""}',
    )


def test_french_ads_come_back_as_they_were_written(ws: Workspace, tmp_path: Path) -> None:
    text = f"Déménagement à Montréal, l'été comme l'hiver : demandez Hélène au {PHONE} ☎️"
    path = rows(tmp_path, "annonces.csv", f'"{text}","Montréal, QC"', header="texte,ville")
    assert taken(ws, path).added == 1
    now = ws.refreshed()
    opened = now.texts(np.array([0]))
    assert opened.ads["text"].to_list() == [text]
    phone = opened.identifiers.filter(pl.col("kind") == "phone").row(0, named=True)
    assert (phone["value"], text[phone["start"] : phone["end"]]) == ("+15145550134", PHONE)
    assert opened.names["value"].to_list() == ["helene"]
    assert opened.located["value"].to_list() == ["Montréal, QC, CA"]


def test_no_ad_in_any_file_is_said(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NoAds):
        taken(ws, rows(tmp_path, "a.csv", "   "))
    with pytest.raises(MissingFile):
        taken(ws, written(tmp_path, "b.csv", ADS), str(tmp_path / "none.csv"))
    assert ws.refreshed().snapshot.kind == "init"


def test_words_known_from_before_read_a_disguised_one(ws: Workspace, tmp_path: Path) -> None:
    taken(ws, rows(tmp_path, "a.csv", *(f"a grand piano for number {k}" for k in range(3))))
    taken(ws, rows(tmp_path, "b.csv", "a grand pia*no", "a grand or*gan"))
    words = ws.refreshed().words()
    plain, joined, unknown = (words.words[words.offsets[k] : words.offsets[k + 1]] for k in (0, 3, 4))
    assert joined.tolist() == plain[:3].tolist()
    assert len(unknown) == 4
    assert known_words(ws.refreshed()).counts.max() == 5


def test_words_of_many_batches_are_kept_together_and_those_of_a_past_day_stay(
    ws: Workspace, tmp_path: Path
) -> None:
    for k in range(8):
        taken(ws, rows(tmp_path, f"{k}.csv", f"a grand piano for number {k}"))
        known = known_words(ws.refreshed())
        assert known.counts.max() == k + 1
    kept = sorted(path.name for path in ws.derived("index/words").glob("*.words"))
    assert kept == ["5.words"]
    assert known_words(ws.refreshed().at(3)).counts.max() == 3
    for path in ws.derived("index/words").glob("*.words"):
        path.write_bytes(b"damaged" * 9)
    assert np.array_equal(known_words(ws.refreshed()).counts, known.counts)


def test_a_first_ingest_reads_words_as_compare_does(ws: Workspace, tmp_path: Path) -> None:
    taken(ws, written(tmp_path, "ads.csv", ADS))
    now = ws.refreshed()
    kept = now.texts(now.ads(["ad"])["ad"].to_numpy())
    expected = prepare(kept.ads).tokens
    assert kept.tokens.start.tolist() == expected.start.tolist()
    assert kept.tokens.offsets.tolist() == expected.offsets.tolist()
    assert len(set(zip(kept.tokens.key.tolist(), expected.key.tolist(), strict=True))) == len(
        set(expected.key.tolist())
    )


def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 40)
    monkeypatch.setattr(engine, "GROUP", 2)
    monkeypatch.setattr(engine, "WORTH_PROCESSES", 0)


def test_the_result_does_not_depend_on_how_many_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_groups(monkeypatch)
    paths = [written(tmp_path, "one.csv", ADS[:170]), written(tmp_path, "two.csv", ADS[170:])]
    found = []
    for jobs in (1, 2, 3):
        with monkeypatch.context() as fixed:
            fixed.setattr(secrets, "token_bytes", lambda size: bytes(size))
            ws = Workspace.init(tmp_path / f"ws{jobs}", secret=SECRET)
        assert taken(ws, *paths, jobs=jobs).added == 300
        found.append(ws.refreshed())
    first = found[0]
    for other in found[1:]:
        assert other.ads(["ad_key", "chunk", "text_key", "source", "row"]).equals(
            first.ads(["ad_key", "chunk", "text_key", "source", "row"])
        )
        assert np.array_equal(other.words().words, first.words().words)
        assert np.array_equal(known_words(other).counts, known_words(first).counts)


def test_two_ingests_at_once_of_one_file_add_it_once(ws: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "ads.csv", ADS)
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(
                lambda _: subprocess.run(told(ws, path), capture_output=True, text=True, check=True), range(2)
            )
        )
    assert sorted(int(run.stdout) for run in done) == [0, 300]
    assert len(texts_of(ws)) == 300


def test_a_killed_ingest_left_nothing_and_is_simply_repeated(ws: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "ads.csv", ADS)
    killed = 0
    for wait in (0.0, 0.1, 0.3):
        with subprocess.Popen(told(ws, path, "slowly"), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()  # its first chunk is in the pack
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        assert ws.refreshed().snapshot.kind == "init"
    assert killed == 3
    assert taken(ws, path).added == 300
    assert sorted(texts_of(ws)) == sorted(ADS["text"].to_list())


def test_a_helper_that_dies_is_told_of(ws: Workspace) -> None:
    with Crew(2, Sealing(ws.id, "b" * 32, "flats", ws.pepper, "2026-01")) as crew:
        os.kill(crew._desks[0]._process.pid, signal.SIGKILL)
        with pytest.raises(HelperDied):
            crew.write(0, ADS).result(60)


def told(ws: Workspace, path: str, how: str = "") -> list[str]:
    """A command that takes a file in, and says how many ads it added."""
    program = """
import sys, time
from filrouge.corpus.batches import Batch
from filrouge.corpus.workspace import Workspace
from filrouge.engines import ingest as engine
where, path, how = sys.argv[1:]
if how:
    engine.CHUNK = 40
    add = Batch.add_chunk
    def slowly(self, chunk):
        first = add(self, chunk)
        print("chunk", flush=True)
        time.sleep(0.2)
        return first
    Batch.add_chunk = slowly
print(engine.ingest(Workspace.open(where, secret=bytes(range(32))), [path], case="flats").added)
"""
    return [sys.executable, "-c", program, str(ws.files.folder), path, how]
