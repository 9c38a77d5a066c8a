"""What the columns of a plain list mean: proposed from their headers, decided by a person."""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from lyceum.domains.exchange.readers.tables import key_of

_PERSON = {
    "full_name": ("name", "full name", "student name", "pupil name", "pupil", "student", "learner", "complete name"),
    "first_name": (
        "first name",
        "forename",
        "given name",
        "legal forename",
        "firstname",
        "christian name",
        "forenames",
    ),
    "middle_name": ("middle name", "middle names", "second name"),
    "last_name": ("last name", "surname", "family name", "legal surname", "lastname"),
    "preferred_name": ("preferred name", "known as", "chosen name", "nickname", "preferred forename"),
    "birth_date": ("date of birth", "dob", "birth date", "birthday", "birthdate", "born", "born on"),
    "gender": ("gender", "sex"),
    "pronouns": ("pronouns",),
    "email": ("email", "e-mail", "email address", "mail", "student email", "pupil email"),
    "mobile": ("mobile", "mobile phone", "cell", "cell phone", "sms", "student mobile"),
    "phone": ("phone", "telephone", "home phone", "phone number", "tel"),
}
_SCHOOL = {
    "number": ("student number", "registration number", "admission number", "adno", "admission no", "student id",
               "pupil id", "id", "number", "roll number", "reg no", "sis id", "student no", "pupil number"),
    "official_id": ("upn", "uln", "unique pupil number", "state id", "national id", "ssid", "state student id", "uci"),
    "grade": ("grade", "year group", "year", "grade level", "form year", "class year", "nc year", "yeargroup"),
    "form": ("form", "registration group", "reg group", "tutor group", "homeroom", "class", "reg form", "section"),
    "first_day": ("first day", "start date", "admission date", "entry date", "date of admission", "enrolment date",
                  "enrollment date", "doa", "joined", "joined on"),
    "last_day": ("last day", "leaving date", "date of leaving", "exit date", "left on", "end date"),
    "status": ("status", "enrolment status", "enrollment status"),
}  # fmt: skip
_ADULT = {
    "name": ("name", "full name", ""),
    "relationship": ("relationship", "relation"),
    "email": ("email", "e-mail", "email address"),
    "mobile": ("mobile", "phone", "telephone", "cell", "mobile phone"),
}
_ADULT_WORDS = (
    ("guardian", "parent", "carer", "contact"),
    ("guardian 1", "parent 1", "carer 1", "contact 1", "mother", "priority 1 contact"),
    ("guardian 2", "parent 2", "carer 2", "contact 2", "father", "second parent", "second guardian"),
)


def _all_words() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {**_PERSON, **_SCHOOL}
    for n, names in enumerate(_ADULT_WORDS):
        position = max(n, 1)
        for field, endings in _ADULT.items():
            found = tuple(f"{name} {ending}".strip() for name in names for ending in endings)
            words[f"guardian{position}_{field}"] = words.get(f"guardian{position}_{field}", ()) + found
    return words


FIELDS: dict[str, tuple[str, ...]] = _all_words()
"""What a column of a student list can mean, with the headers that mean it."""

LABELS: dict[str, str] = {
    "full_name": "Full name", "first_name": "First name", "middle_name": "Middle name", "last_name": "Last name",
    "preferred_name": "Preferred name", "birth_date": "Birth date", "gender": "Gender", "pronouns": "Pronouns",
    "email": "E-mail", "mobile": "Mobile", "phone": "Phone", "number": "Student number",
    "official_id": "Number given by an authority", "grade": "Grade", "form": "Form", "first_day": "First day",
    "last_day": "Last day", "status": "Status",
    **{f"guardian{n}_{field}": field.replace("email", "e-mail") for n in (1, 2) for field in _ADULT},
}  # fmt: skip
"""What each field is called; those of a guardian without saying whose."""


def label_of(field: str) -> str:
    """The name of a field in the reader's language."""
    whose = re.match(r"guardian(\d)_", field)
    if whose is None:
        return _(LABELS[field])
    return _("Guardian %(n)s: %(field)s") % {"n": whose.group(1), "field": _(LABELS[field])}


_MEANING = {key_of(word): field for field, words in reversed(FIELDS.items()) for word in words}


def propose(headers: Iterable[str]) -> dict[str, str]:
    """A field for each header that is known; each field once."""
    proposed: dict[str, str] = {}
    for header in headers:
        field = _MEANING.get(key_of(header), "")
        if field and field not in proposed.values():
            proposed[header] = field
    return proposed


def find_faults(columns: Mapping[str, str], headers: Iterable[str]) -> list[str]:
    """What is wrong with a mapping for these headers, in words."""
    there = {key_of(header) for header in headers}
    faults = [
        _("There is no column “%(header)s” in the file.") % {"header": header}
        for header in columns
        if key_of(header) not in there
    ]
    chosen = [field for field in columns.values() if field]
    faults += [_("There is no field “%(field)s” here.") % {"field": field} for field in chosen if field not in FIELDS]
    faults += [
        _("Two columns are to be %(label)s.") % {"label": label_of(field)}
        for field in sorted(set(chosen))
        if field in FIELDS and chosen.count(field) > 1
    ]
    if not set(chosen) & {"full_name", "first_name", "last_name"}:
        faults.append(_("Say which column holds the name."))
    return faults
