"""Nothing in a package can be changed without the checkers finding it: not a byte, and no number that is re-signed."""

from __future__ import annotations

import ast
import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from package_unit import files_of, made_workspace, packaged, shared_networks

from filrouge.reports.package import check as plain
from filrouge.reports.package.make import Made
from filrouge.reports.package.signing import NoSigningKey, agrees, fingerprint, public_pem
from filrouge.reports.package.verify import check, verdict
from filrouge.reports.package.what import Network
from filrouge.reports.package.written import json_bytes

SOME = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    ws = made_workspace(tmp_path_factory.mktemp("checks"))
    few = reversed(shared_networks(ws))
    every = (packaged(ws, Network(number)) for number in few)
    # A small one, since it is checked some hundred times, in which there is a line to lie in everywhere.
    return next(
        made for made in every if all(files_of(made.content)[name].count(b"\n") > 2 for name in LIED_IN)
    )


@pytest.fixture
def path(made: Made, tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(made.content)
    return path


def resigned(files: dict[str, bytes]) -> bytes:
    """The files as a package that somebody else signs, with a manifest that fits."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = public_pem(key)
    files = {name: content for name, content in files.items() if name not in plain.UNSIGNED} | {
        "public_key.pem": pem
    }
    return _signed(files, key)


def _signed(files: dict[str, bytes], key: Ed25519PrivateKey, manifest: dict | None = None) -> bytes:
    listed = {name: {"bytes": len(c), "sha256": sha256(c).hexdigest()} for name, c in sorted(files.items())}
    about = {**(manifest or MANIFEST), "signed_by": fingerprint(public_pem(key)), "files": listed}
    said = json_bytes(about)
    return plain.zip_of({**files, "manifest.json": said, "manifest.sig": key.sign(said)})


MANIFEST: dict = {}


@pytest.fixture(autouse=True)
def _manifest(made: Made) -> None:
    MANIFEST.update(made.manifest)


def run_plain(*arguments: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # -I: neither this folder nor PYTHONPATH helps it.
    return subprocess.run(
        [sys.executable, "-I", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_check_py_needs_numpy_alone_and_is_short(made: Made) -> None:
    source = files_of(made.content)["check.py"].decode()
    assert len(source.splitlines()) < 500
    needed = {
        name.name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
    }
    assert needed - set(sys.stdlib_module_names) == {"numpy"}


def test_check_py_agrees_in_a_folder_and_with_the_zip(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    for arguments in ((folder / "check.py",), (folder / "check.py", path)):
        told = run_plain(*arguments, cwd=tmp_path)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "Everything agrees." in told.stdout
        assert "Taken as given" in told.stdout


def test_check_py_says_what_disagrees(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    files = files_of(path.read_bytes())
    _cell("evidence/members.csv", 2, "bits", "900.0")(files)
    (folder / "evidence" / "members.csv").write_bytes(files["evidence/members.csv"])
    told = run_plain(folder / "check.py", cwd=tmp_path)
    assert told.returncode == 1
    assert "DISAGREES: evidence/members.csv: the file is not as it was" in told.stdout
    assert "evidence/members.csv, line 3" in told.stdout
    assert run_plain(folder / "check.py", tmp_path / "none.zip", cwd=tmp_path).returncode == 2


@SOME
@given(data=st.data())
def test_one_byte_anywhere_in_the_zip_is_found(made: Made, path: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(made.content) - 1))
    other = data.draw(st.integers(1, 255))
    changed = bytearray(made.content)
    changed[at] ^= other
    path.write_bytes(changed)
    assert check(path)


@SOME
@given(data=st.data())
def test_one_byte_of_any_file_is_found_and_the_file_is_named(
    made: Made, path: Path, data: st.DataObject
) -> None:
    files = files_of(made.content)
    name = data.draw(st.sampled_from(sorted(name for name in files if files[name])))
    content = bytearray(files[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(plain.zip_of({**files, name: bytes(content)}))
    problems = check(path)
    assert problems
    if name != "manifest.json":
        assert any(problem.file == name for problem in problems)
    # The checker alone finds it, too.
    assert plain.Check({**files, name: bytes(content)}).everything()


def test_a_file_more_or_less_is_found(made: Made, path: Path) -> None:
    files = files_of(made.content)
    path.write_bytes(plain.zip_of({**files, "more.txt": b"more"}))
    assert [problem.file for problem in check(path)] == ["more.txt"]
    path.write_bytes(plain.zip_of({name: c for name, c in files.items() if name != "custody.csv"}))
    assert [problem.file for problem in check(path)] == ["custody.csv"]


def test_bytes_before_behind_or_instead_are_found(made: Made, path: Path) -> None:
    for content in (
        made.content + b"\0",
        b"\0" + made.content,
        made.content[:-1],
        b"",
        b"PK",
        b"no zip at all",
    ):
        path.write_bytes(content)
        assert check(path)


def _line(
    name: str, at: int, change: Callable[[dict], None]
) -> Callable[[dict[str, bytes]], tuple[str, int]]:
    def changed(files: dict[str, bytes]) -> tuple[str, int]:
        rows = files[name].decode().split("\n")
        row = json.loads(rows[at])
        change(row)
        rows[at] = json.dumps(row)
        files[name] = "\n".join(rows).encode()
        return name, at + 1

    return changed


def _cell(name: str, at: int, column: str, value: str) -> Callable[[dict[str, bytes]], tuple[str, int]]:
    def changed(files: dict[str, bytes]) -> tuple[str, int]:
        import csv

        rows = list(csv.reader(io.StringIO(files[name].decode(), newline="")))
        rows[at][rows[0].index(column)] = value
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        files[name] = out.getvalue().encode()
        return name, at + 1

    return changed


LIED_IN = [
    f"evidence/{name}" for name in ("ties_ads.jsonl", "ties_voices.jsonl", "holdings.csv", "members.csv")
]
LIES = {
    "a price": _cell("evidence/prices.csv", 5, "price", "20.0"),
    "a count of voices": _cell("evidence/prices.csv", 1, "word", "77"),
    "what a template saves": _cell("evidence/members.csv", 1, "bits", "400.0"),
    "what an ad saves": _line("evidence/ties_ads.jsonl", 0, lambda tie: tie.update(other_with_one=300.0)),
    "the total of two ads": _line("evidence/ties_ads.jsonl", 1, lambda tie: tie.update(total=60.0)),
    "who reaches it": _line("evidence/ties_ads.jsonl", 0, lambda tie: tie.update(strangers=[0, 10**6])),
    "an identifier's bits": _cell("evidence/holdings.csv", 1, "bits", "19.5"),
    "an identifier's holders": _cell("evidence/identifiers.csv", 1, "holders", "1"),
    "the total of two voices": _line("evidence/ties_voices.jsonl", 0, lambda tie: tie.update(total=99.0)),
    "what may be claimed": _line("evidence/ties_voices.jsonl", 0, lambda tie: tie.update(claimed=99.0)),
    "what a kind claims": _line("evidence/ties_voices.jsonl", 0, lambda tie: tie["parts"].update(phone=50.0)),
    "a shared identifier": _line(
        "evidence/ties_voices.jsonl", 0, lambda tie: tie["shared"].append({"identifier": "phone:none"})
    ),
    "a tie of the network": _cell("evidence/network_edges.csv", 1, "bits", "19.5"),
    "a row of the ledger": _line("ledger.jsonl", 0, lambda row: row.update(by="somebody else")),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_number_that_was_changed_and_signed_anew_is_found_where_it_stands(
    made: Made, path: Path, lie: str
) -> None:
    files = files_of(made.content)
    name, line = LIES[lie](files)
    path.write_bytes(resigned(files))
    found = check(path)
    assert any((problem.file, problem.line) == (name, line) for problem in found), found
    problems = plain.Check(plain.files_of(path)).everything()
    assert any((file, at) == (name, line) for file, at, _what in problems)


def test_the_weights_cannot_be_changed_alone(made: Made, path: Path) -> None:
    files = files_of(made.content)
    rules = json.loads(files["evidence/parameters.json"])
    rules["model"]["start"] -= 1
    files["evidence/parameters.json"] = json_bytes(rules)
    path.write_bytes(resigned(files))
    assert {problem.file for problem in check(path)} >= {
        "evidence/ties_voices.jsonl",
        "evidence/ties_ads.jsonl",
    }


def test_an_honest_package_of_another_key_agrees_and_is_known_by_its_fingerprint(
    made: Made, path: Path
) -> None:
    own = made.manifest["signed_by"]
    assert check(path, signed_by=own[:16]) == []
    path.write_bytes(resigned(files_of(made.content)))
    assert check(path) == []
    assert [problem.file for problem in check(path, signed_by=own)] == ["public_key.pem"]
    with pytest.raises(ValueError, match="16"):
        check(path, signed_by="abc")


def test_a_key_of_the_owners_signs(tmp_path: Path, made: Made) -> None:
    from package_unit import terms

    from filrouge.engines.casebook import Casebook
    from filrouge.reports.package.make import package

    key = Ed25519PrivateKey.generate()
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ws = made_workspace(tmp_path)
    signed = package(Casebook(ws, "harbour"), Network(shared_networks(ws)[0]), terms(), key_file=file)
    (tmp_path / "p.zip").write_bytes(signed.content)
    assert check(tmp_path / "p.zip", signed_by=fingerprint(public_pem(key))) == []
    file.write_text("no key")
    with pytest.raises(NoSigningKey):
        package(Casebook(ws, "harbour"), Network(0), terms(), key_file=file)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_openssl_agrees_with_the_signature(made: Made, tmp_path: Path) -> None:
    for name, content in files_of(made.content).items():
        if "/" not in name:
            (tmp_path / name).write_bytes(content)
    command = (
        "openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig"
    )
    told = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@SOME
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), at=st.integers(0, 63))
def test_the_checkers_ed25519_is_the_librarys(seed: bytes, message: bytes, at: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    pem, signature = public_pem(key), key.sign(message)
    raw = key.public_key().public_bytes_raw()
    assert plain.ed25519_agrees(raw, message, signature)
    bad = bytearray(signature)
    bad[at] ^= 1 << random.Random(at).randrange(8)
    assert not plain.ed25519_agrees(raw, message, bytes(bad))
    assert not agrees(pem, message, bytes(bad))
    assert not plain.ed25519_agrees(raw, message + b"x", signature)


words = st.lists(st.integers(0, 6), max_size=14)


@SOME
@given(text=words, model=words, prices=st.lists(st.floats(0, 20, width=32), min_size=14, max_size=14))
def test_copying_costs_in_the_checker_what_it_costs_in_the_product(
    text: list, model: list, prices: list
) -> None:
    import numpy as np

    from filrouge.compare.search import copied_words

    rules = {"go_on": 0.25, "step": 4.5, "extra": 1.0, "reach": 4, "longest": 1200, "jump": 3.0}
    price = prices[: len(text)]
    found = plain.copied_bits(text, price, model, rules)
    ours = (
        copied_words(np.array(text, np.int32), np.array(price, np.float32), np.array(model, np.int32))[0]
        if text and model
        else 0.0
    )
    assert found == pytest.approx(ours, abs=1e-3)


def test_the_verdict_says_what_was_done(path: Path) -> None:
    found = verdict(path)
    assert len(found.done) >= 9
    assert found.given
    assert found.manifest["kind"] == "filrouge evidence package"
