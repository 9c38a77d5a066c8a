"""Code sets as data: corrected without touching a rule."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from lyceum.domains.attendance.meanings import Meaning


@dataclass(frozen=True)
class Preset:
    """A published set of codes: where it comes from and from when it holds."""

    name: str
    version: str
    source: str
    countries: tuple[str, ...]
    named: Mapping[str, str] = field(default_factory=dict)
    """The symbol for a session in which a student is not expected here, by case; the one proposed for each reason of
    an absence that is asked for; that of a suspension and of a closure. None where the set names none."""


_EXCUSED = dict.fromkeys(("part_time", "ill", "medical", "religious", "family", "suspension"), "E")

PRESETS: dict[str, Preset] = {
    "england_2024": Preset(
        "england_2024",
        "2024-08-19",
        "The School Attendance (Pupil Registration) (England) Regulations 2024, SI 2024/208, regulation 10",
        ("GB",),
        {
            "part_time": "C2",
            "not_compulsory": "X",
            "dual": "D",
            "ill": "I",
            "medical": "M",
            "religious": "R",
            "family": "C",
            "activity": "B",
            "suspension": "E",
            "closure": "Y4",
        },
    ),
    "us": Preset("us", "1", "Common codes of schools in the United States", ("US",), {**_EXCUSED, "activity": "F"}),
    "simple": Preset("simple", "1", "Lyceum", (), {**_EXCUSED, "activity": "V", "dual": "V", "guest": "V"}),
}


@dataclass(frozen=True)
class PresetCode:
    """One code of a preset."""

    symbol: str
    label: str
    family_label: str
    meaning: Meaning
    place: str
    session: str
    given_by: tuple[str, ...]
    future_allowed: bool


def preset_for(country: str) -> Preset:
    """The preset a school of that country starts with."""
    return next((p for p in PRESETS.values() if country in p.countries), PRESETS["simple"])


def read_preset(name: str) -> Iterator[PresetCode]:
    """The codes of a preset in the order in which they are offered."""
    with (files(__package__) / f"{name}.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield PresetCode(
                symbol=row["symbol"],
                label=row["label"],
                family_label=row["family_label"],
                meaning=Meaning(row["meaning"]),
                place=row["place"],
                session=row["session"],
                given_by=tuple(row["given_by"].split()),
                future_allowed=row["future_allowed"] == "yes",
            )
