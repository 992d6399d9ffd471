"""What was changed behind filrouge's back is found and named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from made_workspace import added, new_workspace, opened

from filrouge.corpus.errors import (
    BadKey,
    DamagedKey,
    DamagedPack,
    DamagedTable,
    DamagedWorkspace,
    MissingKey,
    WrongKey,
)
from filrouge.corpus.keys import VARIABLE
from filrouge.corpus.verify import verify
from filrouge.corpus.workspace import Workspace


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    ws = new_workspace(folder)
    added(ws, 300, 1)
    added(ws, 40, 2)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def flip(path: Path, at: int = -20) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(bytes(content))


def one(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[-1]


def test_a_sound_workspace_has_no_findings(folder: Path) -> None:
    assert verify(opened(folder)) == []


def test_a_changed_file_of_a_table_is_found(folder: Path) -> None:
    path = one(folder, "tables/ads/batch=*/*.parquet")
    flip(path, 200)
    found = verify(opened(folder))
    assert str(path.relative_to(folder)) in {f.where for f in found}


def test_a_missing_file_of_a_table_is_found_and_reading_says_which(folder: Path) -> None:
    path = one(folder, "tables/ads/batch=*/*.parquet")
    path.unlink()
    assert any("missing" in f.what for f in verify(opened(folder)))
    with pytest.raises(DamagedTable, match="ads"):
        opened(folder).ads()


def test_each_changed_byte_of_a_pack_is_found(folder: Path) -> None:
    pack = one(folder, "packs/*.pack")
    for at in (0, 14, pack.stat().st_size // 2, pack.stat().st_size - 1):
        flip(pack, at)
        assert len(verify(opened(folder))) == 1
        flip(pack, at)
    assert verify(opened(folder)) == []


def test_reading_a_damaged_pack_says_where(folder: Path) -> None:
    for pack in folder.glob("packs/*.pack"):
        flip(pack, pack.stat().st_size // 2)
    ws = opened(folder)
    with pytest.raises(DamagedPack, match="packs/"):
        ws.texts(ws.ads(["ad"])["ad"].to_numpy())


def test_a_pack_that_is_missing_or_cut_short(folder: Path) -> None:
    pack = one(folder, "packs/*.pack")
    content = pack.read_bytes()
    pack.write_bytes(content[:100])
    assert any("too short" in f.what for f in verify(opened(folder)))
    pack.unlink()
    found = [f for f in verify(opened(folder)) if "missing" in f.what]
    assert found
    with pytest.raises(DamagedPack, match="missing"):
        opened(folder).words()


def test_a_row_of_the_ledger_that_was_rewritten_is_found(folder: Path) -> None:
    import polars as pl

    path = next(p for p in folder.glob("tables/ledger/*.parquet") if p.name.startswith("00000001"))
    pl.read_parquet(path).with_columns(by=pl.lit("somebody else")).write_parquet(path)
    found = verify(opened(folder))
    assert [f.where for f in found] == ["snapshot 2"]


def test_a_digest_that_was_rewritten_is_found(folder: Path) -> None:
    import polars as pl

    path = next(p for p in folder.glob("tables/ledger/*.parquet") if p.name.startswith("00000002"))
    row = pl.read_parquet(path)
    details = json.loads(row["details"][0])
    details["files"] = details["files"][1:]
    row.with_columns(details=pl.lit(json.dumps(details))).write_parquet(path)
    assert any("fingerprint" in f.what for f in verify(opened(folder)))


def test_rows_that_no_snapshot_knows_are_found(folder: Path) -> None:
    from filrouge.corpus.tables import Tables

    ws = opened(folder)
    tables = Tables(ws.files)
    batch = ws.snapshot.batch
    extra = tables.put(
        "ads", tables.read("ads", tables.listed("ads")["path"][:1].to_list()), f"batch={batch}", "x.parquet"
    )
    tables.commit("ads", [extra])
    assert any("no snapshot" in f.what for f in verify(opened(folder)))


def test_a_damaged_or_missing_log_of_a_table_is_said(folder: Path) -> None:
    log = one(folder, "tables/ads/_delta_log/*.json")
    log.write_bytes(b"{ not json")
    assert any("tables/ads" in f.where for f in verify(opened(folder)))
    with pytest.raises(DamagedTable, match="ads"):
        opened(folder).ads()
    last = one(folder, "tables/ledger/_delta_log/*.json")
    last.write_bytes(b"")
    assert any("_delta_log" in f.where for f in verify(opened(folder)))
    last.write_bytes(b"{ not json")
    with pytest.raises(DamagedTable, match="ledger"):
        opened(folder)
    shutil.rmtree(folder / "tables" / "ledger")
    with pytest.raises(DamagedTable, match="ledger"):
        opened(folder)


def test_a_missing_or_damaged_key_is_said_and_the_rest_is_read(folder: Path) -> None:
    ws = opened(folder)
    by_key = ws.ads(["key_id"]).group_by("key_id", maintain_order=True).agg("ad")
    lost, damaged = by_key["key_id"][:2].to_list()
    (folder / "keys" / f"{lost}.json").unlink()
    flip(folder / "keys" / f"{damaged}.json")
    for key_id, ads in by_key.iter_rows():
        if key_id in (lost, damaged):
            with pytest.raises(DamagedKey, match=key_id):
                opened(folder).texts(np.array(ads))
        else:
            assert opened(folder).texts(np.array(ads)).ads.height == len(ads)
    found = verify(opened(folder))
    assert {key for key in (lost, damaged) for f in found if key in f.what} == {lost, damaged}
    assert len(found) == 2, "said once for each key"


def test_a_key_object_under_another_name_does_not_open(folder: Path) -> None:
    first, second = sorted(p for p in (folder / "keys").glob("*.json") if p.stem != "pepper")[:2]
    shutil.copy(first, second)
    with pytest.raises(DamagedKey):
        opened(folder).ring.get(second.stem)


def test_a_damaged_description_is_said(folder: Path) -> None:
    for content in (b"", b"[]", b'{"format": 1}', b'{"format": "x", "id": "y"}'):
        (folder / "workspace.json").write_bytes(content)
        with pytest.raises(DamagedWorkspace):
            opened(folder)


def test_the_wrong_key_no_key_and_what_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(VARIABLE, raising=False)
    where = tmp_path / "unit"
    ws = Workspace.init(where)
    key_file = tmp_path / "config" / "filrouge" / f"{ws.id}.key"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert Workspace.open(where).id == ws.id
    other = tmp_path / "other.key"
    Workspace.init(tmp_path / "unit2", key_file=other)
    with pytest.raises(WrongKey, match=r"other\.key"):
        Workspace.open(where, key_file=other)
    other.write_text("hello")
    with pytest.raises(BadKey, match=r"other\.key"):
        Workspace.open(where, key_file=other)
    monkeypatch.setenv(VARIABLE, key_file.read_text())
    key_file.rename(tmp_path / "away.key")
    assert Workspace.open(where).id == ws.id
    monkeypatch.setenv(VARIABLE, "c2hvcnQ=")
    with pytest.raises(BadKey, match=VARIABLE):
        Workspace.open(where)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(MissingKey, match=str(key_file)):
        Workspace.open(where)
    with pytest.raises(MissingKey):
        Workspace.open(where, key_file=tmp_path / "nowhere.key")


def test_a_key_in_the_environment_makes_a_workspace_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(VARIABLE, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    ws = Workspace.init(tmp_path / "unit")
    assert not (tmp_path / "config").exists()
    assert opened(tmp_path / "unit").pepper == ws.pepper
