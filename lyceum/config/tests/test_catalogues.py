"""Every text in every language, and the compiled form of it."""

import re

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from lyceum.config.catalogues import compile_catalogues, pseudo
from lyceum.testing.messages import catalogue_of, faults_of, find_messages, list_languages, renew

LANGUAGES = ("ar", "es", "fr")


@pytest.fixture(scope="module")
def texts():
    return find_messages()


def test_there_is_a_file_for_each_language_that_can_be_chosen():
    offered = {code for code, _name in settings.LANGUAGES} - {"en", settings.PSEUDO_LANGUAGE}

    assert set(list_languages()) == offered == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_placeholders(texts, language: str):
    assert faults_of(renew(language, texts)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_holds_the_texts_of_the_source_and_no_others(texts, language: str):
    kept = {(entry.msgctxt or "", entry.msgid) for entry in polib.pofile(str(catalogue_of(language)))}

    assert kept == set(texts), "run `make messages`"


def entry(msgid: str, msgstr: str, *, flags: tuple[str, ...] = ()) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=list(flags)))
    return catalogue


@pytest.mark.parametrize(
    ("catalogue", "begins"),
    [
        (entry("Save", ""), "not translated"),
        (entry("Save", "Guardar", flags=("fuzzy",)), "doubtful"),
        (entry("Hello, %(name)s", "Hola"), "other placeholders"),  # the name is lost
        (entry("Hello, %(name)s", "Hola, %(nombre)s"), "other placeholders"),  # a name that nobody fills in
        (entry("Hello, %(name)s", "Hola, %(name)"), "other placeholders"),  # a letter is missing
        (entry("A pattern has {seq}", "Un patrón tiene {sec}"), "other placeholders"),  # a word of the pattern
    ],
)
def test_what_is_missing_or_broken_is_found(catalogue: polib.POFile, begins: str):
    assert [fault.partition(":")[0] for fault in faults_of(catalogue)] == [begins]


def test_compiling_again_does_nothing_until_a_file_changes():
    compile_catalogues()

    assert not compile_catalogues()


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "لا طلاب"), (1, "طالب واحد"), (2, "طالبان"), (3, "⁨3⁩ طلاب"), (11, "⁨11⁩ طالبًا"), (100, "⁨100⁩ طالب")],
)
def test_arabic_has_six_plurals_and_keeps_numbers_apart(n: int, said: str):
    with override("ar"):
        assert ngettext("%(n)s student", "%(n)s students", n) % {"n": n} == said


def test_what_is_filled_into_a_sentence_from_right_to_left_keeps_its_own_direction():
    with override("ar"):
        said = gettext("There is a year “%(name)s” already.") % {"name": "2026/27"}

    assert "«\u20682026/27\u2069»" in said


def test_a_pseudo_text_is_two_fifths_longer_and_keeps_its_placeholders():
    said = pseudo("Add students to %(name)s, %(n)s at a time.")

    assert len(said) >= 1.3 * len("Add students to %(name)s, %(n)s at a time.")
    assert re.findall(r"%\(\w+\)s", said) == ["%(name)s", "%(n)s"]
    assert (said[0], said[-1]) == ("[", "]")


def test_the_pseudo_language_says_names_of_days_and_leaves_formats_alone():
    with override("en-xa"):
        assert gettext("Monday") == "[Möñdáý~~]"
        assert gettext("l j F") == "l j F"


def test_a_date_in_an_arabic_sentence_is_not_turned_round():
    with override("ar"):
        assert "\u20682026-11-20\u2069" in gettext("Give the date as year-month-day, as in 2026-11-20.")
