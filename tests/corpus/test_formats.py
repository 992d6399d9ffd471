"""Workspaces of older formats are renewed, those of newer ones are left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_workspace import added, new_workspace, opened

from filrouge.corpus import formats
from filrouge.corpus.errors import NewerWorkspace, OlderWorkspace
from filrouge.corpus.ledger import FORMAT
from filrouge.corpus.verify import verify


def as_format_0(folder: Path) -> None:
    """Turn a workspace back into what format 0 was."""
    about = json.loads((folder / "workspace.json").read_bytes())
    (folder / "workspace.json").write_text(
        json.dumps({"version": 0, "id": about["id"], "made": "2026-01-01"})
    )


def test_a_workspace_of_format_0_is_renewed_when_it_is_opened(tmp_path: Path) -> None:
    added(new_workspace(tmp_path), 40)
    as_format_0(tmp_path)
    ws = opened(tmp_path)
    assert ws.ads().height == 40
    about = json.loads((tmp_path / "workspace.json").read_bytes())
    assert about == {"format": FORMAT, "id": ws.id, "created": "2026-01-01"}
    assert verify(ws) == []


def test_a_renewal_that_was_cut_off_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_workspace(tmp_path)
    as_format_0(tmp_path)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(formats, "write_description", cut)
        with pytest.raises(KeyboardInterrupt):
            opened(tmp_path)
    assert opened(tmp_path).snapshot.seq == 0


def test_a_newer_workspace_is_left_alone(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    about = json.loads((tmp_path / "workspace.json").read_bytes())
    (tmp_path / "workspace.json").write_text(json.dumps({**about, "format": FORMAT + 1}))
    with pytest.raises(NewerWorkspace, match="newer filrouge"):
        opened(tmp_path)


def test_a_format_from_which_no_way_leads_is_said(tmp_path: Path) -> None:
    new_workspace(tmp_path)
    about = json.loads((tmp_path / "workspace.json").read_bytes())
    (tmp_path / "workspace.json").write_text(json.dumps({**about, "format": -3}))
    with pytest.raises(OlderWorkspace):
        opened(tmp_path)


def test_every_older_format_has_its_renewal() -> None:
    assert set(formats.MIGRATIONS) == set(range(FORMAT))


def test_the_ledger_says_the_format_of_each_row(tmp_path: Path) -> None:
    assert new_workspace(tmp_path).snapshot.format == FORMAT
