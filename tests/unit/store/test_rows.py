"""
How documents travel: as text that gives the same values back, so that a hash made before still holds after.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from executor.store.cursor import cursor_after, run_before

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT
_JSON = _LEAF | st.lists(_LEAF, max_size=4) | st.dictionaries(_TEXT, _LEAF, max_size=4)


@pytest.mark.requirement("AUD-1")
@settings(max_examples=50)
@given(document=st.dictionaries(_TEXT, _JSON, max_size=4))
def test_a_document_comes_back_as_it_was_and_holds_no_character_that_postgresql_refuses(
    document: dict[str, object],
) -> None:
    text = to_json(document).decode()

    assert json.dumps(document) == json.dumps(from_json(text))
    assert "\0" not in text


@settings(max_examples=50)
@given(run=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_a_cursor_leads_back_to_the_run_it_follows(run: str) -> None:
    assert run == run_before(cursor_after(run))
