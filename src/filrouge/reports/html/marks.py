"""Characters that nobody sees, made visible: what an ad hides is part of what it says."""

from __future__ import annotations

import re
from typing import Final

# Controls, marks that turn the direction of writing, zero-width characters, tags, and halves of pairs. The
# zero-width joiner stays between emoji, and variation selectors stay, because they shape what is seen.
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]+"
    "|(?<![\u2190-\u2bff\U0001f000-\U0001faff\ufe0f])\u200d|\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)


def code_point(hidden: str) -> str:
    """The name of a hidden character, as in "U+202E"; of a run of them, the first and an ellipsis."""
    return f"U+{ord(hidden[0]):04X}" + ("…" if len(hidden) > 1 else "")


def visible(text: str) -> str:
    """`text` with each hidden character as its number in brackets; line ends as such.

    It can be shown on a terminal or a page: no character in it moves the cursor or turns the writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub(lambda found: f"[{code_point(found[0])}]", text.replace("\r\n", "\n"))
