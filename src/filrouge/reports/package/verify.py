"""Whether a package is as it was made, and its bits are right: by check.py, and by the product's own code beside it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from filrouge.compare.search import copied_words
from filrouge.evidence.joint import JointModel
from filrouge.reports.package import check as plain
from filrouge.reports.package.signing import agrees, fingerprint

CLOSE: Final = 0.01
"""Bits by which numbers may differ."""
LEAST_OF_FINGERPRINT: Final = 16
"""Digits of a fingerprint that say which key is meant."""


@dataclass(frozen=True)
class Problem:
    """Something in a package that does not agree.

    Attributes:
        file: of the package; "" for the package as a whole.
        line: of the file, from 1; None where it concerns the file as a whole.
        what: a sentence, in English as those of check.py.
    """

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.what}" if where else self.what


@dataclass(frozen=True)
class Verdict:
    """What was found of a package.

    Attributes:
        problems: all that does not agree.
        done: what was checked, in sentences.
        given: what was taken as given, in sentences.
        manifest: what manifest.json says; empty if it cannot be read.
    """

    problems: list[Problem]
    done: list[str]
    given: list[str]
    manifest: dict[str, Any]


def check(path: str | Path, *, signed_by: str | None = None) -> list[Problem]:
    """All that does not agree in a package; nothing if it is as it was made and all its bits are right.

    Args:
        path: the ZIP.
        signed_by: the fingerprint of the key that must have signed it (SHA-256 of the public key, hex; as many of
            its first digits as are known, at least 16).

    Raises:
        OSError: if the file cannot be read.
        ValueError: if `signed_by` is no fingerprint.
    """
    return verdict(path, signed_by=signed_by).problems


def verdict(path: str | Path, *, signed_by: str | None = None) -> Verdict:
    """The same with what was checked, and what was taken as given."""
    if signed_by is not None and len(signed_by) < LEAST_OF_FINGERPRINT:
        raise ValueError(f"a fingerprint has {LEAST_OF_FINGERPRINT} digits at least")
    raw = Path(path).read_bytes()
    try:
        files = plain.files_of(path)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OverflowError,
    ) as trouble:
        return Verdict([Problem("", None, f"this is no package that can be read: {trouble}")], [], [], {})
    checker = plain.Check(files)
    if plain.zip_of(files) != raw:
        checker.tell("", None, "the ZIP around the files is not as it was written")
    checker.everything()
    _signed(checker, signed_by)
    checker.tried(lambda: _by_the_product(checker))
    try:
        manifest = json.loads(files["manifest.json"])
    except (KeyError, ValueError):
        manifest = {}
    given = getattr(checker, "rules", {}).get("taken_as_given", {}).get("sentences", [])
    return Verdict([Problem(*problem) for problem in checker.problems], checker.done, given, manifest)


def _signed(checker: plain.Check, signed_by: str | None) -> None:
    """The signature once more, by a library that others have tested."""
    files = checker.files
    try:
        pem = files["public_key.pem"]
        good, key = agrees(pem, files["manifest.json"], files["manifest.sig"]), fingerprint(pem)
    except (KeyError, ValueError) as trouble:
        checker.tell("public_key.pem", None, f"the signature cannot be checked: {trouble}")
        return
    if not good:
        checker.tell(
            "manifest.sig", None, "it is no signature of manifest.json by public_key.pem (cryptography)"
        )
    if signed_by is not None and not key.startswith(signed_by.lower()):
        checker.tell("public_key.pem", None, f"the package was signed by another key: {key}")


def _by_the_product(checker: plain.Check) -> None:
    """The product's own code finds the same bits of texts and the same totals."""
    model = JointModel.from_dict(checker.rules["model"])
    texts = {
        ad: (np.array(words, np.int32), np.array(prices, np.float32))
        for ad, (words, prices) in checker.texts.items()
    }

    def saved(beside: Any, ad: int) -> float:
        return copied_words(*texts[ad], np.array(beside, np.int32))[0]

    templates = {t["cluster"]: t["words"] for _line, t in checker.lines("evidence/templates.jsonl")}
    rows = checker.rows("evidence/members.csv")
    for line, row in rows:
        bits = saved(templates[row["cluster"]], int(row["ad"]))
        checker.close(
            "evidence/members.csv", line, "what the template saves (the product)", row["bits"], bits
        )
    ties = checker.lines("evidence/ties_ads.jsonl")
    for line, tie in ties:
        for name, text, beside in (("other_with_one", "other", "one"), ("one_with_other", "one", "other")):
            bits = saved(texts[tie[beside]][0], tie[text])
            checker.close("evidence/ties_ads.jsonl", line, f"{name} (the product)", tie[name], bits)
    count = len(rows) + len(ties)
    for name in ("evidence/ties_ads.jsonl", "evidence/ties_voices.jsonl"):
        for line, tie in checker.lines(name):
            bits_of = np.array([[tie["bits"].get(kind, 0.0) for kind in model.kinds]])
            checker.close(name, line, "total (the product)", tie["total"], model.total(bits_of)[0])
            checker.close(name, line, "claimed (the product)", tie["claimed"], model.bounded(bits_of)[0])
            count += 1
    checker.done.append(f"{count} numbers by the product's own code as well")
