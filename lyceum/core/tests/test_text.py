"""Text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.core.text import fold, is_one_error_away, nearness, searchable, tidy


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


@pytest.mark.parametrize(
    ("typed", "phrase", "means_it"),
    [
        ("set", "Settings", True),
        ("SETINGS", "Settings", True),  # one too few
        ("settnigs", "Settings", True),  # two swapped
        ("setxi", "Settings", True),  # while typing, with an error
        ("stu add", "Add a student", True),  # in another order
        ("anadir", "Añadir un alumno", True),
        ("8b", "Take register of 8B", True),
        ("8c", "Take register of 8B", False),  # a short word is typed right
        ("sign in", "Sign out", False),  # each word counts
        ("小明", "王小明", True),  # no blanks between words
        ("", "Settings", False),
        ("...", "Settings", False),
        ("set", "", False),
    ],
)
def test_a_typed_text_means_a_phrase(typed, phrase, means_it):
    assert (nearness(typed, phrase) > 0) is means_it


def test_what_is_typed_right_is_nearer():
    assert nearness("settings", "Settings") > nearness("sett", "Settings") > nearness("settigns", "Settings") > 0


@given(word=st.text("abc", min_size=1, max_size=8), data=st.data())
def test_any_one_error_is_one_error(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("xyz"))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    tries = [word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]

    assert all(is_one_error_away(word, typed) and is_one_error_away(typed, word) for typed in tries)
    assert is_one_error_away(word, swapped) is (swapped != word)
    assert not is_one_error_away(word, word[:at] + letter + letter + word[at:])


@given(word=st.text("abcd", min_size=4, max_size=9), data=st.data())
def test_an_error_at_any_letter_is_forgiven(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    tries = [word[:at] + "x" + word[at:], word[:at] + word[at + 1 :] + "d", word[:at] + "x" + word[at + 1 :], swapped]

    assert all(nearness(typed, word) > 0 for typed in tries[:1] + tries[2:])
