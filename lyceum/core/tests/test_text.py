"""Text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.core.text import fold, searchable, tidy


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ada \t Head\n", "Ada Head"),
        ("Zoe\u0308", "Zoë"),  # two characters become the one they mean
        ("a\u0000b", "a b"),
        ("a\u202eb", "a b"),  # nobody's name runs backwards
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian needs its joiner's opposite
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("O’Brien-Smith", "O’Brien-Smith"),
        ("", ""),
        ("\u00a0\u3000", ""),
    ],
)
def test_tidy_keeps_what_was_written_and_drops_what_nobody_sees(written, kept):
    assert tidy(written) == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada", " ADA ", True),
        ("Straße", "STRASSE", True),
        ("Zoë", "Zoe\u0308", True),
        ("Zoë", "Zoe", False),
        ("İpek", "i\u0307pek", True),
        ("ada", "ada.", False),
    ],
)
def test_fold_says_which_names_are_the_same(one, other, same):
    assert (fold(one) == fold(other)) is same


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("Zoë Ångström", "zoe angstrom"),
        ("Łukasz Øster", "lukasz oster"),
        ("O’Brien-Smith", "o brien smith"),
        ("Çağla IŞIK", "cagla isik"),
        ("王小明", "王小明"),
        ("...", ""),
    ],
)
def test_searchable_is_what_people_type(name, found_by):
    assert searchable(name) == found_by


@given(st.text())
def test_tidying_and_folding_twice_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)
    assert fold(fold(text)) == fold(text)
    assert searchable(searchable(text)) == searchable(text)
