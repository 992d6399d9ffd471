"""What is masked is masked wherever an ad says it again."""

import re

from hypothesis import given
from hypothesis import strategies as st

from filrouge.engines.masking import said_again

LETTERS = "aAbB1 _-éÉßſKkİiIı.σΣς😀"


@given(st.text(LETTERS, max_size=14), st.text(LETTERS, min_size=1, max_size=3), st.integers(0, 13))
def test_words_said_again_are_found_as_an_expression_finds_them(text, words, begin):
    for wanted in {words, text[begin : begin + 3]} - {""}:
        expression = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
        assert list(said_again(text, wanted)) == [found.span() for found in expression.finditer(text)]
