import csv
from pathlib import Path

import pytest

from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.presets import PRESETS, preset_for, read_preset

DFE = Path(__file__).parent / "data" / "dfe_attendance_codes_2024.csv"

# How the regulation's statistical category shows in our meanings.
CATEGORIES = {
    "attending": {Meaning.PRESENT, Meaning.LATE, Meaning.APPROVED_ACTIVITY},
    "not a possible attendance": {Meaning.NOT_POSSIBLE},
    "authorised absence": {Meaning.AUTHORISED},
    "unauthorised absence": {Meaning.UNAUTHORISED, Meaning.UNEXPLAINED, Meaning.LATE_AFTER_CLOSE},
    "not collected": {Meaning.NOT_COLLECTED},
}


def test_the_english_set_equals_the_published_table_symbol_by_symbol():
    with DFE.open(encoding="utf-8") as lines:
        published = {row["code"]: (row["meaning"], row["statistical_category"]) for row in csv.DictReader(lines)}

    ours = {code.symbol: code for code in read_preset("england_2024")}

    assert ours.keys() == published.keys()
    for symbol, (words, category) in published.items():
        assert ours[symbol].label == words
        assert ours[symbol].meaning in CATEGORIES[category]


@pytest.mark.parametrize("name", PRESETS)
def test_every_set_has_a_code_for_present_late_and_unexplained(name: str):
    meanings = {code.meaning for code in read_preset(name) if "teacher" in code.given_by}

    assert {Meaning.PRESENT, Meaning.LATE, Meaning.UNEXPLAINED} <= meanings


@pytest.mark.parametrize(("country", "name"), [("GB", "england_2024"), ("US", "us"), ("NZ", "simple")])
def test_a_school_starts_with_the_codes_of_its_country(country: str, name: str):
    assert preset_for(country).name == name


def test_every_meaning_counts_as_exactly_one_thing():
    for meaning, counts in COUNTS.items():
        kinds = [counts.attended, counts.authorised, counts.unauthorised]
        assert sum(kinds) == (1 if counts.possible else 0), meaning
