#!/usr/bin/env python3
"""Check an evidence package of filrouge, without filrouge.

    python check.py                 in the folder into which the package was unpacked
    python check.py PACKAGE.zip     or on the ZIP itself

It needs Python 3.10 or newer and NumPy, and no network. It reads what the package holds, works every bit of evidence
out again from it, and says which line of which file disagrees. Exit code 0: everything agrees. 1: something does not.
2: it could not be read at all.

What it does, in this order:
 1. every file has the size and SHA-256 that manifest.json names, and no other file is there;
 2. manifest.sig is a signature of manifest.json by public_key.pem (Ed25519, RFC 8032, written out below), and the part
    of the workspace's ledger that is given is a hash chain;
 3. the price of each word follows from the counts that are given for it (`word_price`);
 4. what a template saves each of its ads, and what an ad saves another, by copying (`copied_bits`);
 5. what each shared identifier is worth: log2(all voices / voices that hold it);
 6. how the kinds of evidence between two voices become one number (`Model.parts`);
 7. the ties that the network was built of.

What it cannot work out again it takes as given, and says so at the end. A "voice" is a cluster of ads written from one
template, or a single ad; "bits" are log2 of a likelihood ratio. README.md says what each file holds.
"""

import base64
import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

Bits = dict[str, float]  # by kind of evidence
Words = list[int]
Point = tuple[int, int, int, int]
Problem = tuple[str, int | None, str]  # file, line, sentence
CLOSE = 0.01
"""Bits by which a number may differ: files give four decimals, and the product counts in 32 bits."""
UNSIGNED = ("manifest.json", "manifest.sig")  # what the manifest cannot list: itself, and its signature
LEDGER = ("seq", "batch", "kind", "at", "by", "code", "format", "prev", "digest", "details")
"""What the fingerprint of a row of the ledger is made of, in this order, as JSON without spaces."""


def files_of(path: str | Path) -> dict[str, bytes]:
    """All files of a package by name, from a ZIP or from a folder."""
    path = Path(path)
    if path.is_dir():
        there = sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in there}
    found = {}
    with zipfile.ZipFile(path) as archive:
        for about in archive.infolist():
            del about.CRC  # the ZIP's own sum would stop us from saying which file was changed
            found[about.filename] = archive.read(about)
    return found


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """The ZIP of these files in the one way in which packages are written: sorted, not compressed, no times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system, about.external_attr = 3, 0o100644 << 16
            archive.writestr(about, files[name])
    return out.getvalue()


class Check:
    """A package, and what does not agree in it; `done` says what was checked."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.done: list[str] = []

    def tell(self, file: str, line: int | None, what: str) -> None:
        """Keep a problem."""
        self.problems.append((file, line, what))

    def close(self, file: str, line: int, what: str, given: Any, found: float) -> None:
        """Whether a number in a file is the one that was worked out; a problem if not."""
        if abs(float(given) - float(found)) > CLOSE + 1e-5 * abs(float(found)):
            self.tell(file, line, f"{what} is {given} here, and {float(found):.4f} worked out again")

    def lines(self, name: str) -> list[tuple[int, Any]]:
        """The objects of a file of JSON lines, with their line numbers."""
        text = self.files[name].decode("utf-8")
        return [(number, json.loads(line)) for number, line in enumerate(text.split("\n"), 1) if line]

    def rows(self, name: str) -> list[tuple[int, dict[str, str]]]:
        """The rows of a CSV file, with the numbers of the lines on which they end."""
        reader = csv.DictReader(io.StringIO(self.files[name].decode("utf-8"), newline=""))
        return [(reader.line_num, row) for row in reader]

    def hashes(self) -> None:
        """Every file is as manifest.json says, and there is no other."""
        listed = json.loads(self.files["manifest.json"])["files"]
        for name, about in listed.items():
            if name not in self.files:
                self.tell(name, None, "the file is missing")
                continue
            content = self.files[name]
            if len(content) != about["bytes"] or hashlib.sha256(content).hexdigest() != about["sha256"]:
                self.tell(name, None, "the file is not as it was when the package was made")
        for name in sorted(set(self.files) - set(listed) - set(UNSIGNED)):
            self.tell(name, None, "the manifest does not know this file")
        self.done.append(f"{len(listed)} files: sizes and SHA-256")

    def signature(self) -> None:
        """The manifest is signed by the key that is in the package."""
        pem = [line for line in self.files["public_key.pem"].splitlines() if not line.startswith(b"-----")]
        key = base64.b64decode(b"".join(pem), validate=True)[-32:]
        if hashlib.sha256(key).hexdigest() != json.loads(self.files["manifest.json"])["signed_by"]:
            self.tell("public_key.pem", None, "it is not the key that the manifest names")
        if not ed25519_agrees(key, self.files["manifest.json"], self.files["manifest.sig"]):
            self.tell("manifest.sig", None, "it is no signature of manifest.json by public_key.pem")
        self.done.append(f"the signature, by the key {hashlib.sha256(key).hexdigest()[:16]}...")

    def prices(self) -> None:
        """The price of each run of words, from its counts; the price of every word of every ad."""
        name, passing = "evidence/prices.csv", self.rules["copying"]["in_passing"]
        price = {}
        for line, row in self.rows(name):
            found = word_price({k: int(v) for k, v in row.items() if k != "price"}, passing)
            self.close(name, line, "the price", row["price"], found)
            price[int(row["run"])] = float(row["price"])
        self.texts: dict[int, tuple[Words, list[float]]] = {}
        for line, ad in self.lines("evidence/words.jsonl"):
            if not len(ad["words"]) == len(ad["runs"]) == len(ad["spans"]):
                self.tell("evidence/words.jsonl", line, "an ad has as many words as runs and spans")
            self.texts[ad["ad"]] = ad["words"], [price[run] for run in ad["runs"]]
        self.done.append(f"{len(price)} prices of words, {len(self.texts)} texts as numbers")

    def members(self) -> None:
        """What each template saves each of its ads."""
        name = "evidence/members.csv"
        templates = {t["cluster"]: t["words"] for _line, t in self.lines("evidence/templates.jsonl")}
        rows = self.rows(name)
        for line, row in rows:
            template = templates[row["cluster"]]
            bits = copied_bits(*self.texts[int(row["ad"])], template, self.rules["copying"], whole=True)
            self.close(name, line, "what the template saves", row["bits"], bits)
        self.done.append(f"{len(rows)} ads beside their templates")

    def pair(self, model: int, text: int) -> float:
        """Bits saved by writing ad `text` with ad `model` beside it."""
        return copied_bits(*self.texts[text], self.texts[model][0], self.rules["copying"])

    def ties_of_ads(self) -> None:
        """What two ads have in common: words and identifiers, and all together."""
        name, ads = "evidence/identifiers.csv", self.rules["counts"]["ads"]
        carried: dict[int, dict[str, tuple[str, float]]] = {}
        for line, row in self.rows(name):
            worth = log2(ads / int(row["holders"]))
            self.close(name, line, "bits", row["bits"], worth)
            carried.setdefault(int(row["ad"]), {})[row["identifier"]] = (row["kind"], worth)
        agency = {row["ad"]: row["agency"] for _line, row in self.lines("ads.jsonl")}
        name, cut = "evidence/ties_ads.jsonl", self.rules["text"]["cut"]
        ties = self.lines(name)
        for line, tie in ties:
            one, other = tie["one"], tie["other"]
            there, back = self.pair(one, other), self.pair(other, one)
            best = max(there, back)
            self.close(name, line, "other_with_one", tie["other_with_one"], there)
            self.close(name, line, "one_with_other", tie["one_with_other"], back)
            if abs(best - cut) > CLOSE and tie["reaches_cut"] != (best >= cut):
                self.tell(name, line, "whether the text reaches the cut is wrong")
            bits = dict.fromkeys(self.model.kinds, 0.0)
            bits["text"] = max(best - self.level(agency[one], agency[other]), 0.0)
            shared = carried.get(one, {}).keys() & carried.get(other, {}).keys()
            for value in shared:
                bits[carried[one][value][0]] += carried[one][value][1]
            self.weighed(name, line, tie, bits, shared)
        self.done.append(f"{len(ties)} ties between two ads")

    def level(self, one: str, other: str) -> float:
        """What texts of strangers save on these two agencies, which is taken off."""
        where = "one_agency" if one == other else "two_agencies"
        return float(self.rules["text"]["strangers_level"][where])

    def weighed(self, name: str, line: int, tie: Any, bits: Bits, shared: set[str]) -> float:
        """Whether the numbers of a tie are those that follow from its bits by kind; returns the total."""
        for kind in self.model.kinds:
            self.close(name, line, f"bits of {kind}", tie["bits"].get(kind, 0.0), bits[kind])
        parts = self.model.parts(bits)
        for kind, part in parts.items():
            self.close(name, line, f"what {kind} claims", tie["parts"].get(kind, 0.0), part)
        total = sum(parts.values())
        self.close(name, line, "total", tie["total"], total)
        self.close(name, line, "claimed", tie["claimed"], min(max(total, self.model.least), self.model.most))
        if {s["identifier"] for s in tie["shared"]} != shared:
            self.tell(name, line, "the shared identifiers are not those that both have")
        reach = [int((self.strangers >= tie["total"] - 1e-9).sum()), self.strangers.size]
        if tie["strangers"] != reach:
            self.tell(name, line, f"pairs of strangers that reach this: {reach}, not {tie['strangers']}")
        return total

    def holdings(self) -> None:
        """What each identifier that voices hold is worth, and each that nearly is another."""
        name, voices = "evidence/holdings.csv", self.rules["counts"]["voices"]
        self.held: dict[str, dict[str, tuple[str, int, float]]] = {}
        self.worth: dict[str, float] = {}
        self.near: dict[tuple[str, str], float] = {}
        for line, row in self.rows(name):
            bits = log2(voices / int(row["holders"]))
            self.close(name, line, "bits", row["bits"], bits)
            self.held.setdefault(row["voice"], {})[row["identifier"]] = (row["kind"], int(row["turn"]), bits)
            self.worth[row["identifier"]] = bits
        name = "evidence/near.csv"
        for line, row in self.rows(name):
            exact = log2(voices / (int(row["holders_one"]) + int(row["holders_other"])))
            bits = min(-log2(float(row["by_chance"])), self.rules["identifiers"]["near_share"] * exact)
            self.close(name, line, "bits", row["bits"], bits)
            self.near[row["one"], row["other"]] = self.near[row["other"], row["one"]] = bits
        self.done.append(f"{sum(map(len, self.held.values()))} holdings of identifiers")

    def shared(self, one: str, other: str) -> Bits:
        """The bits of the identifiers that two voices hold, by kind; a quarter where one came by it long after."""
        bits = dict.fromkeys(self.model.kinds, 0.0)
        mine, theirs = self.held.get(one, {}), self.held.get(other, {})
        for value in mine.keys() & theirs.keys():
            kind, turn, worth = mine[value]
            bits[kind] += worth * (
                1.0 if turn == theirs[value][1] else self.rules["identifiers"]["passed_on"]
            )
        return bits

    def kinds_between(self, tie: Any, one: Any, other: Any) -> Bits:
        """The bits of each kind between two voices, as far as they can be worked out; the others as given."""
        bits = self.shared(tie["one"], tie["other"])
        if not tie["weighed"]:
            return bits  # nothing proposed this pair: it is known by its identifiers alone
        bits.update({kind: tie["bits"].get(kind, 0.0) for kind in self.rules["taken_as_given"]["kinds"]})
        if one["cluster"] is not None and one["cluster"] == other["cluster"]:
            # Two hands with one template: it weighs as an identifier that so many hands hold.
            worth = log2(self.rules["counts"]["voices"] / one["hands"])
            bits["text"] = self.rules["identifiers"]["passed_on"] * worth
        else:
            saved = self.pair(one["head"], other["head"])
            bits["text"] = max(saved - self.level(one["agency"], other["agency"]), 0.0)
        mine, theirs = self.held.get(tie["one"], {}), self.held.get(tie["other"], {})
        bits["near"] = max((self.near.get((a, b), 0.0) for a in mine for b in theirs), default=0.0)
        return bits

    def ties_of_voices(self) -> None:
        """What ties two voices, kind by kind, and all kinds together."""
        name = "evidence/ties_voices.jsonl"
        voices = {v["voice"]: v for _line, v in self.lines("evidence/voices.jsonl")}
        self.tied: dict[tuple[str, str], tuple[Bits, float]] = {}
        ties = self.lines(name)
        for line, tie in ties:
            one, other = tie["one"], tie["other"]
            bits = self.kinds_between(tie, voices[one], voices[other])
            shared = self.held.get(one, {}).keys() & self.held.get(other, {}).keys()
            self.tied[one, other] = bits, self.weighed(name, line, tie, bits, shared)
        self.done.append(f"{len(ties)} ties between two voices, kind by kind")

    def edges(self) -> None:
        """The ties that the network was built of: through identifiers, and directly between voices."""
        name, rules = "evidence/network_edges.csv", self.rules["network"]
        searched = rules["searched"] * log2(max(self.rules["counts"]["voices"], 2))
        rows = self.rows(name)
        for line, row in rows:
            if row["type"] == "pair":
                # What runs through identifiers is in the network already; what was found by a search pays for it.
                bits, total = self.tied[row["one"], row["other"]]
                alone = {kind: v for kind, v in bits.items() if kind in self.rules["identifiers"]["kinds"]}
                through = self.model.total(alone) - self.model.start if any(alone.values()) else 0.0
                found = total - (through + self.model.start if through > 0 else searched * (total > 0))
            else:
                worth = self.worth[row["other"].rsplit("#", 1)[0]]
                found = self.model.total({row["kind"]: worth}) - self.model.start
                found *= self.rules["identifiers"]["passed_on"] if row["type"] == "passed on" else 1.0
            self.close(name, line, "bits", row["bits"], found)
        self.done.append(f"{len(rows)} ties that the network is built of")

    def ledger(self) -> None:
        """The rows of the ledger are a chain, up to the snapshot that the manifest names."""
        before, full, rows = "0" * 64, 0, self.lines("ledger.jsonl")
        for line, row in rows:
            if "details" in row:
                full += 1
                if row["prev"] != before:
                    self.tell("ledger.jsonl", line, "it does not follow the row before it")
                said = [row[name] for name in LEDGER]
                signed = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
                if hashlib.sha256(signed.encode()).hexdigest() != row["fingerprint"]:
                    self.tell("ledger.jsonl", line, "the row is not the one that its fingerprint was made of")
            before = row["fingerprint"]
        snapshot = json.loads(self.files["manifest.json"])["snapshot"]
        if not rows or (rows[-1][1]["seq"], before) != (snapshot["seq"], snapshot["fingerprint"]):
            self.tell("ledger.jsonl", None, "it does not end with the snapshot that the manifest names")
        self.done.append(f"{len(rows)} rows of the ledger as a hash chain, {full} of them in full")

    def everything(self) -> list[Problem]:
        """All checks, and all that does not agree."""
        whole = (self.hashes, self.signature, self.ledger, self.parameters)
        for step in (
            *whole,
            self.prices,
            self.members,
            self.ties_of_ads,
            self.holdings,
            self.ties_of_voices,
            self.edges,
        ):
            self.tried(step)
        return self.problems

    def parameters(self) -> None:
        """The counts and weights that everything rests on, and the bits of pairs of strangers."""
        self.rules = json.loads(self.files["evidence/parameters.json"])
        self.model = Model(self.rules["model"])
        self.strangers = np.array([float(row["bits"]) for _line, row in self.rows("evidence/strangers.csv")])

    def tried(self, step: Callable[[], None]) -> None:
        """Do one step. What a changed byte makes impossible is one more problem, not the end."""
        try:
            step()
        except Exception as trouble:
            self.tell("", None, f"the check {step.__name__!r} could not be done: {trouble!r}")


def word_price(counts: Mapping[str, int], in_passing: float) -> float:
    """Bits that a word would cost a stranger, from how many voices of the case wrote it, and after which words.

    `total`: all that voices wrote, each word of a voice once. `word`: voices with the word. `pair`, `triple`: voices
    with the word and the one, the two before it. `after_one`, `after_two`: how often voices went on after the one
    word, the two words before; `ways_one`, `ways_two`: in how many ways. One voice, the ad's own, is always left out,
    and half a voice is granted to what was never seen. (Interpolated n-grams, Witten & Bell 1991, on voices.)
    """
    if not counts["is_word"]:
        return in_passing
    alone = (counts["word"] - 1 + 0.5) / counts["total"]
    p = alone
    for length, run, after, ways in (
        (2, "pair", "after_one", "ways_one"),
        (3, "triple", "after_two", "ways_two"),
    ):
        if counts["length"] >= length:
            p = (counts[run] - 1 + counts[ways] * p) / max(counts[after] - 1 + counts[ways], 1)
    return -log2(min(1.0, max(p, alone)))


def copied_bits(text: Words, prices: list[float], model: Words, rules: Any, whole: bool = False) -> float:
    """The most bits that can be saved by copying words of `model` while writing `text`.

    A word is spelled out at its price, or copied. To go on copying with the next word costs `go_on`; a step aside, of
    up to `reach` words in either text, costs `step`, and `extra` for each word beyond the first; to begin to copy
    anywhere costs log2(words of the model) + `jump`. `row[j]` is the most that is saved by a way of writing whose last
    word, text[i], is a copy of model[j]; all ways are tried.
    """
    text, prices = text[: rules["longest"]], prices[: rules["longest"]]
    model = model if whole else model[: rules["longest"]]
    if not text or not model:
        return 0.0
    go_on, step, extra, reach = rules["go_on"], rules["step"], rules["extra"], rules["reach"]
    jump = log2(len(model)) + rules["jump"]
    places: dict[int, list[int]] = {}
    for j, word in enumerate(model):
        places.setdefault(word, []).append(j)
    rows: list[dict[int, float]] = []
    best = 0.0
    for i, word in enumerate(text):
        row = {}
        for j in places.get(word, ()):
            value = best - jump
            for a in range(1, min(reach, i) + 1):
                before = rows[i - a]
                if not before:
                    continue
                for b in range(1, min(reach, j) + 1):
                    if j - b in before:
                        cost = go_on if a == b == 1 else step + extra * (max(a, b) - 2)
                        value = max(value, before[j - b] - cost)
            row[j] = value + prices[i]
        rows.append(row)
        best = max([best, *row.values()])
    return best


class Model:
    """How the kinds of evidence become one number; the weights are in evidence/parameters.json."""

    def __init__(self, values: Any) -> None:
        self.kinds = values["kinds"]
        self.slope, self.shared = np.array(values["slope"]), np.array(values["shared"])
        self.start, self.least, self.most = values["start"], values["least"], values["most"]
        self.edges = np.array([0.0, *values["pieces_end_at"], np.inf])
        self.damped_from = values["damped_from"]

    def parts(self, bits: Bits) -> Bits:
        """What each kind claims, and last what is counted once, with the start; their sum is the total."""
        given = np.array([bits.get(kind, 0.0) for kind in self.kinds])
        # Beyond so many bits of one kind they count by their logarithm only.
        over = np.maximum(np.abs(given), self.damped_from) / self.damped_from
        size = np.minimum(np.abs(given), self.damped_from * (1 + np.log(over)))
        # A kind's bits are cut in pieces, each with a slope of its own.
        pieces = np.clip(size[:, None] - self.edges[:-1], 0, np.diff(self.edges))
        claims = np.sign(given) * (pieces * self.slope).sum(axis=1)
        # Of what several claims for (or against) one hand have in common, only the greatest counts.
        once = self.start
        for sign in (1.0, -1.0):
            common = np.maximum(sign * claims, 0) * self.shared
            once -= sign * (common.sum() - common.max())
        return dict(zip([*self.kinds, "once"], [*claims.tolist(), float(once)], strict=True))

    def total(self, bits: Bits) -> float:
        """All kinds together."""
        return sum(self.parts(bits).values())


# ---- Ed25519, as RFC 8032 writes it (sections 5.1 and 6) ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
BASE = (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")


def ed25519_point(key: bytes) -> Point | None:
    """The point that 32 bytes stand for, in extended coordinates; None if they stand for none."""
    y = int.from_bytes(key, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def ed25519_add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed25519_times(scalar: int, point: Point) -> Point:
    """A multiple of a point."""
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = ed25519_add(out, point)
        point, scalar = ed25519_add(point, point), scalar >> 1
    return out


def ed25519_agrees(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether 64 bytes are a signature of the message by the key."""
    a, r, base = (ed25519_point(point) for point in (key, signature[:32], BASE))
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or base is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    one, other = ed25519_times(s, base), ed25519_add(r, ed25519_times(h, a))
    return all((one[k] * other[2] - other[k] * one[2]) % P == 0 for k in (0, 1))


def main(arguments: Sequence[str]) -> int:
    """Check, and say what was found."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        files = files_of(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as trouble:
        print(f"{path}: this is no package that can be read: {trouble}")
        return 2
    check = Check(files)
    if path.is_file() and zip_of(files) != path.read_bytes():
        check.tell("", None, "the ZIP around the files is not as it was written")
    problems = check.everything()
    for sentence in check.done:
        print(f"checked: {sentence}")
    for file, line, what in problems:
        where = f"{file}, line {line}: " if line else f"{file}: " if file else ""
        print(f"DISAGREES: {where}{what}")
    if problems:
        return 1
    print("Taken as given, and not worked out again:")
    for sentence in check.rules["taken_as_given"]["sentences"]:
        print(f"  - {sentence}")
    print("Everything agrees.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
