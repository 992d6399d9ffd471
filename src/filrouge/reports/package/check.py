#!/usr/bin/env python3
"""Check an evidence package of filrouge, without filrouge.

    python check.py                 in the folder into which the package was unpacked
    python check.py PACKAGE.zip     or on the ZIP itself

It needs Python 3.10 or newer and NumPy, and no network. It reads what the package holds, works every bit of evidence
out again from it, and says which line of which file disagrees. Exit code 0: everything agrees. 1: something does not.
2: it could not be read at all.

What it does, in this order:

 1. every file has the size and SHA-256 that manifest.json names, and no other file is there;
 2. manifest.sig is a signature of manifest.json by public_key.pem (Ed25519, RFC 8032, written out below);
 3. the price of each word follows from the counts that are given for it (`word_price`);
 4. what a template saves each of its ads, and what an ad saves another, by copying (`copied_bits`);
 5. what each shared identifier is worth: log2(all voices / voices that hold it);
 6. how the kinds of evidence between two voices become one number (`claims`, `counted_once`);
 7. the ties that the network was built of;
 8. the part of the workspace's ledger that is given is a hash chain.

What it cannot work out again it takes as given, and says so at the end. Words: a "voice" is a cluster of ads written
from one template, or a single ad; "bits" are log2 of a likelihood ratio. README.md says what each file holds.
"""

import base64
import csv
import hashlib
import io
import json
import sys
import zipfile
from math import log2
from pathlib import Path

import numpy as np

CLOSE = 0.01
"""Bits by which a number may differ from the one worked out here: files give four decimals, and the product counts
in 32 bits where this counts in 64."""
UNSIGNED = ("manifest.json", "manifest.sig")
"""What the manifest cannot list: itself, and its signature."""


# ---- reading ---------------------------------------------------------------------------------------------------------


def files_of(path):
    """All files of a package by name, from a ZIP or from a folder."""
    path = Path(path)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in found}
    found = {}
    with zipfile.ZipFile(path) as archive:
        for about in archive.infolist():
            if hasattr(about, "CRC"):
                del about.CRC  # the ZIP's own sum would stop us from saying which file was changed
            found[about.filename] = archive.read(about)
    return found


def zip_of(files):
    """The ZIP of these files in the one way in which packages are written: sorted, not compressed, no times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            about.create_system, about.external_attr = 3, 0o100644 << 16
            archive.writestr(about, files[name])
    return out.getvalue()


class Check:
    """A package, and what does not agree in it: `problems` is a list of (file, line or None, sentence)."""

    def __init__(self, files):
        self.files = files
        self.problems = []
        self.done = []

    def tell(self, file, line, what):
        """Keep a problem."""
        self.problems.append((file, line, what))

    def close(self, file, line, what, given, found):
        """Whether a number in a file is the one that was worked out; a problem if not."""
        if abs(float(given) - float(found)) > CLOSE + 1e-5 * abs(float(found)):
            self.tell(
                file,
                line,
                f"{what} is {float(given):.4f} in the file and {float(found):.4f} worked out again",
            )

    def lines(self, name):
        """The objects of a file of JSON lines, with their line numbers."""
        text = self.files[name].decode("utf-8")
        return [(number, json.loads(line)) for number, line in enumerate(text.split("\n"), 1) if line]

    def rows(self, name):
        """The rows of a CSV file, with the numbers of the lines on which they end."""
        reader = csv.DictReader(io.StringIO(self.files[name].decode("utf-8"), newline=""))
        return [(reader.line_num, row) for row in reader]

    def object(self, name):
        """What a JSON file says."""
        return json.loads(self.files[name])

    # ---- the package as a whole --------------------------------------------------------------------------------------

    def hashes(self):
        """Every file is as manifest.json says, and there is no other."""
        listed = self.object("manifest.json")["files"]
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

    def signature(self):
        """The manifest is signed by the key that is in the package."""
        key = ed25519_key(self.files["public_key.pem"])
        named = self.object("manifest.json")["signed_by"]
        if hashlib.sha256(key).hexdigest() != named:
            self.tell("public_key.pem", None, "it is not the key that the manifest names")
        if not ed25519_agrees(key, self.files["manifest.json"], self.files["manifest.sig"]):
            self.tell("manifest.sig", None, "it is no signature of manifest.json by public_key.pem")
        self.done.append(f"the signature, by the key {hashlib.sha256(key).hexdigest()[:16]}...")

    def given(self):
        """The weights, and the bits of pairs of strangers."""
        self.model = Model(self.rules["model"])
        self.strangers = np.array([float(row["bits"]) for _line, row in self.rows("evidence/strangers.csv")])

    # ---- texts -------------------------------------------------------------------------------------------------------

    def prices(self):
        """The price of each run of words, from its counts; the price of every word of every ad."""
        name, passing = "evidence/prices.csv", self.rules["copying"]["in_passing"]
        price = {}
        for line, row in self.rows(name):
            found = word_price({k: int(v) for k, v in row.items() if k != "price"}, passing)
            self.close(name, line, "the price", row["price"], found)
            price[int(row["run"])] = float(row["price"])
        self.texts = {}
        for line, ad in self.lines("evidence/words.jsonl"):
            if not len(ad["words"]) == len(ad["runs"]) == len(ad["spans"]):
                self.tell("evidence/words.jsonl", line, "an ad has as many words as runs and spans")
            self.texts[ad["ad"]] = ad["words"], [price[run] for run in ad["runs"]]
        self.done.append(f"{len(price)} prices of words, {len(self.texts)} texts as numbers")

    def members(self):
        """What each template saves each of its ads."""
        name = "evidence/members.csv"
        templates = {t["cluster"]: t["words"] for _line, t in self.lines("evidence/templates.jsonl")}
        rows = self.rows(name)
        for line, row in rows:
            words, prices = self.texts[int(row["ad"])]
            bits = copied_bits(
                words, prices, templates[row["cluster"]], self.rules["copying"], whole_model=True
            )
            self.close(name, line, "what the template saves", row["bits"], bits)
        self.done.append(f"{len(rows)} ads beside their templates")

    def pair(self, model, text):
        """Bits saved by writing ad `text` with ad `model` beside it."""
        return copied_bits(*self.texts[text], self.texts[model][0], self.rules["copying"])

    def ties_of_ads(self):
        """What two ads have in common: words and identifiers, and all together."""
        name, ads = "evidence/identifiers.csv", self.rules["counts"]["ads"]
        carried = {}
        for line, row in self.rows(name):
            bits = log2(ads / int(row["holders"]))
            self.close(name, line, "bits", row["bits"], bits)
            carried.setdefault(int(row["ad"]), {})[row["identifier"]] = (row["kind"], bits)
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
            mine, theirs = carried.get(one, {}), carried.get(other, {})
            for value in mine.keys() & theirs.keys():
                bits[mine[value][0]] += mine[value][1]
            self.weighed(name, line, tie, bits)
        self.done.append(f"{len(ties)} ties between two ads")

    def level(self, one, other):
        """What texts of strangers save on these two agencies, which is taken off."""
        levels = self.rules["text"]["strangers_level"]
        return levels["one_agency" if one == other else "two_agencies"]

    def weighed(self, name, line, tie, bits):
        """Whether the numbers of a tie are those that follow from its bits by kind; returns the total."""
        for kind in self.model.kinds:
            self.close(name, line, f"bits of {kind}", tie["bits"].get(kind, 0.0), bits[kind])
        parts = self.model.parts(bits)
        for kind, part in parts.items():
            self.close(name, line, f"what {kind} claims", tie["parts"].get(kind, 0.0), part)
        total = sum(parts.values())
        self.close(name, line, "total", tie["total"], total)
        self.close(name, line, "claimed", tie["claimed"], min(max(total, self.model.least), self.model.most))
        reach = [int((self.strangers >= tie["total"] - 1e-9).sum()), self.strangers.size]
        if tie["strangers"] != reach:
            self.tell(name, line, f"pairs of strangers that reach this: {reach}, not {tie['strangers']}")
        return total

    # ---- voices ------------------------------------------------------------------------------------------------------

    def holdings(self):
        """What each identifier that voices hold is worth, and each that nearly is another."""
        name, voices = "evidence/holdings.csv", self.rules["counts"]["voices"]
        self.held, self.worth, self.near = {}, {}, {}
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

    def shared(self, one, other):
        """The bits of the identifiers that two voices hold, by kind; a quarter where one came by it long after."""
        bits = dict.fromkeys(self.model.kinds, 0.0)
        mine, theirs = self.held.get(one, {}), self.held.get(other, {})
        for value in mine.keys() & theirs.keys():
            kind, turn, worth = mine[value]
            bits[kind] += (
                worth if turn == theirs[value][1] else self.rules["identifiers"]["passed_on"] * worth
            )
        return bits

    def kinds_between(self, tie, one, other):
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

    def ties_of_voices(self):
        """What ties two voices, kind by kind, and all kinds together."""
        name = "evidence/ties_voices.jsonl"
        voices = {v["voice"]: v for _line, v in self.lines("evidence/voices.jsonl")}
        self.tied, ties = {}, self.lines(name)
        for line, tie in ties:
            bits = self.kinds_between(tie, voices[tie["one"]], voices[tie["other"]])
            self.tied[tie["one"], tie["other"]] = bits, self.weighed(name, line, tie, bits)
        self.done.append(f"{len(ties)} ties between two voices, kind by kind")

    def edges(self):
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
                found = total - (
                    through + self.model.start if through > 0 else searched if total > 0 else 0.0
                )
            else:
                value = row["other"].rsplit("#", 1)[0]
                worth = self.worth[value]
                found = self.model.total({row["kind"]: worth}) - self.model.start
                found *= self.rules["identifiers"]["passed_on"] if row["type"] == "passed on" else 1.0
            self.close(name, line, "bits", row["bits"], found)
        self.done.append(f"{len(rows)} ties that the network is built of")

    # ---- custody -----------------------------------------------------------------------------------------------------

    def ledger(self):
        """The rows of the ledger are a chain, up to the snapshot that the manifest names."""
        before, full, rows = "0" * 64, 0, self.lines("ledger.jsonl")
        for line, row in rows:
            if "details" in row:
                full += 1
                if row["prev"] != before:
                    self.tell("ledger.jsonl", line, "it does not follow the row before it")
                names = ("seq", "batch", "kind", "at", "by", "code", "format", "prev", "digest", "details")
                if (
                    hashlib.sha256(canonical([row[n] for n in names]).encode()).hexdigest()
                    != row["fingerprint"]
                ):
                    self.tell("ledger.jsonl", line, "the row is not the one that its fingerprint was made of")
            before = row["fingerprint"]
        snapshot = self.object("manifest.json")["snapshot"]
        if not rows or (rows[-1][1]["seq"], before) != (snapshot["seq"], snapshot["fingerprint"]):
            self.tell("ledger.jsonl", None, "it does not end with the snapshot that the manifest names")
        self.done.append(f"{len(rows)} rows of the ledger as a hash chain, {full} of them in full")

    def everything(self):
        """All checks. What a broken file makes impossible is one more problem, not the end."""
        for step in (self.hashes, self.signature):
            self.tried(step)
        try:
            self.rules = self.object("evidence/parameters.json")
        except (KeyError, ValueError) as trouble:
            self.tell("evidence/parameters.json", None, f"it cannot be read: {trouble!r}")
            return self.problems
        steps = (self.given, self.prices, self.members, self.ties_of_ads, self.holdings, self.ties_of_voices)
        for step in (*steps, self.edges, self.ledger):
            self.tried(step)
        return self.problems

    def tried(self, step):
        """Do one step; if it cannot be done, say so."""
        try:
            step()
        except Exception as trouble:  # whatever a changed byte may cause
            self.tell("", None, f"the check “{step.__doc__.splitlines()[0]}” could not be done: {trouble!r}")


# ---- the arithmetic --------------------------------------------------------------------------------------------------


def word_price(counts, in_passing):
    """Bits that a word would cost a stranger, from how many voices of the case wrote it, and after which words.

    `total`: all that voices wrote, each word of a voice once. `word`: voices with the word. `pair`, `triple`: voices with
    the word and the one, the two before it. `after_one`, `after_two`: how often voices went on after the one word, the two
    words before; `ways_one`, `ways_two`: in how many ways. One voice, the ad's own, is always left out, and half a voice is
    granted to what was never seen. (Interpolated n-grams, Witten & Bell 1991, on voices.)
    """
    if not counts["is_word"]:
        return in_passing
    alone = (counts["word"] - 1 + 0.5) / counts["total"]
    p = alone
    if counts["length"] >= 2:
        p = (counts["pair"] - 1 + counts["ways_one"] * p) / max(
            counts["after_one"] - 1 + counts["ways_one"], 1
        )
    if counts["length"] >= 3:
        p = (counts["triple"] - 1 + counts["ways_two"] * p) / max(
            counts["after_two"] - 1 + counts["ways_two"], 1
        )
    return -log2(min(1.0, max(p, alone)))


def copied_bits(text, prices, model, rules, whole_model=False):
    """The most bits that can be saved by copying words of `model` while writing `text`.

    A word is spelled out at its price, or copied. To go on copying with the next word costs `go_on`; a step aside, of
    up to `reach` words in either text, costs `step`, and `extra` for each word beyond the first; to begin to copy
    anywhere costs log2(words of the model) + `jump`. `row[j]` is the most that is saved by a way of writing whose last
    word, text[i], is a copy of model[j]; all ways are tried.
    """
    text, prices = text[: rules["longest"]], prices[: rules["longest"]]
    model = model if whole_model else model[: rules["longest"]]
    if not text or not model:
        return 0.0
    go_on, step, extra, reach = rules["go_on"], rules["step"], rules["extra"], rules["reach"]
    jump = log2(len(model)) + rules["jump"]
    places = {}
    for j, word in enumerate(model):
        places.setdefault(word, []).append(j)
    rows, best = [], 0.0
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

    def __init__(self, values):
        self.kinds = values["kinds"]
        self.slope, self.shared = np.array(values["slope"]), np.array(values["shared"])
        self.start, self.least, self.most = values["start"], values["least"], values["most"]
        self.edges, self.damped_from = (
            np.array([0.0, *values["pieces_end_at"], np.inf]),
            values["damped_from"],
        )

    def claims(self, bits):
        """What each kind claims: its bits cut in pieces, each with a slope of its own."""
        bits = np.array([bits.get(kind, 0.0) for kind in self.kinds])
        size = np.abs(bits)
        # Beyond so many bits of one kind they count by their logarithm only.
        over = np.maximum(size, self.damped_from) / self.damped_from
        size = np.minimum(size, self.damped_from * (1 + np.log(over)))
        pieces = np.clip(size[:, None] - self.edges[:-1], 0, np.diff(self.edges))
        return np.sign(bits) * (pieces * self.slope).sum(axis=1)

    def counted_once(self, claims):
        """What is taken off: of what claims for (or against) have in common, only the greatest counts."""
        off = 0.0
        for sign in (1.0, -1.0):
            common = np.maximum(sign * claims, 0) * self.shared
            off += sign * (common.sum() - common.max())
        return off

    def parts(self, bits):
        """The claims by kind, and what is counted once, with the start; their sum is the total."""
        claims = self.claims(bits)
        once = float(self.start - self.counted_once(claims))
        return dict(zip([*self.kinds, "once"], [*claims.tolist(), once], strict=True))

    def total(self, bits):
        """All kinds together."""
        return sum(self.parts(bits).values())


def canonical(value):
    """JSON in the one way in which the ledger is signed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


# ---- Ed25519, as RFC 8032 writes it (sections 5.1 and 6) ---------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def ed25519_key(pem):
    """The 32 bytes of a public key in PEM."""
    body = b"".join(line for line in pem.splitlines() if line and not line.startswith(b"-----"))
    return base64.b64decode(body, validate=True)[-32:]


def ed25519_point(key):
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


def ed25519_add(p, q):
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed25519_times(scalar, point):
    """A multiple of a point."""
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = ed25519_add(out, point)
        point, scalar = ed25519_add(point, point), scalar >> 1
    return out


def ed25519_agrees(key, message, signature):
    """Whether 64 bytes are a signature of the message by the key."""
    a, r = ed25519_point(key), ed25519_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    base = ed25519_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    one, other = ed25519_times(s, base), ed25519_add(r, ed25519_times(h, a))
    return all((one[k] * other[2] - other[k] * one[2]) % P == 0 for k in (0, 1))


# ---- the command -----------------------------------------------------------------------------------------------------


def main(arguments):
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
    for line in check.done:
        print(f"checked: {line}")
    for file, line, what in problems:
        print("DISAGREES: " + ": ".join(x for x in (file + (f", line {line}" if line else ""), what) if x))
    if not problems:
        print("Taken as given, and not worked out again:")
        for sentence in check.rules["taken_as_given"]["sentences"]:
            print(f"  - {sentence}")
        print("Everything agrees.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
