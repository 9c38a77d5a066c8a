"""Find every text that people read and bring the translators' files up to date: `make messages`.

    python -m lyceum.testing.messages           write what is new into the files, and count what is missing
    python -m lyceum.testing.messages --check   change nothing; fail if a file lacks a text

Needs no tool of the system. Texts are found in Python by its own parser and in templates by Django's.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation.template import templatize

_ROOT = Path(__file__).resolve().parent.parent
_FUNCTIONS = {
    "_": ("msgid",),
    "gettext": ("msgid",),
    "gettext_lazy": ("msgid",),
    "gettext_noop": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "ngettext_lazy": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "pgettext_lazy": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
}
_LEFT_OUT = ("tests/", "testing/", "config/", "demo/", "migrations/", "management/commands/")
_CALL = re.compile(r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(")
_DATE = re.compile(r"""date:_\("([^"]+)"\)""")
PLACE = re.compile(r"%\((\w+)\)[sd]")
PLURALS = {
    "en": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
}


@dataclass
class Message:
    """One text, with where it is used."""

    msgid: str
    plural: str = ""
    context: str = ""
    note: str = ""
    places: set[str] = field(default_factory=set)


def find_messages() -> dict[tuple[str, str], Message]:
    """Every text of the source, by context and text."""
    found: dict[tuple[str, str], Message] = {}
    for message, place in _everything():
        known = found.setdefault((message.context, message.msgid), message)
        known.plural = known.plural or message.plural
        known.note = known.note or message.note
        known.places.add(place)
    return found


def _everything() -> Iterator[tuple[Message, str]]:
    for path in sorted(_ROOT.rglob("*.py")):
        name = path.relative_to(_ROOT).as_posix()
        if not any(part in name for part in _LEFT_OUT):
            yield from ((message, name) for message in _in_python(path.read_text()))
    for path in sorted(_ROOT.rglob("templates/**/*.html")):
        name = path.relative_to(_ROOT).as_posix()
        yield from ((message, name) for message in _in_template(path.read_text()))
    yield from _kept_words()


def _in_python(source: str) -> Iterator[Message]:
    tree = ast.parse(source)
    aliases = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            names = _FUNCTIONS.get(aliases.get(name, name), ())
            texts = [part.value for part in node.args[: len(names)] if isinstance(part, ast.Constant)]
            if names and len(texts) == len(names) and all(isinstance(text, str) for text in texts):
                given = dict(zip(names, map(str, texts), strict=True))
                yield Message(given["msgid"], given.get("plural", ""), given.get("context", ""))


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What a module calls the functions that translate."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            found |= {each.asname: each.name for each in node.names if each.asname}
    return found


def _in_template(source: str) -> Iterator[Message]:
    formats = set(_DATE.findall(source))
    made = templatize(source)
    for call in _CALL.finditer(made):
        for message in _in_python(_whole_call(made, call.start())):
            if message.msgid in formats:
                message.note = (
                    "A format of a date, as Django's date filter writes it. Translate the order, not letters."
                )
            yield message


def _whole_call(text: str, start: int) -> str:
    for end in re.finditer(r"\)", text[start:]):
        piece = text[start : start + end.end()].replace(", count)", ", 0)")
        try:
            ast.parse(piece)
        except SyntaxError:
            continue
        return piece
    raise ValueError(f"no end: {text[start : start + 80]}")


def _kept_words() -> Iterator[tuple[Message, str]]:
    """Words that are kept as data in English and said in the reader's language where they are shown."""
    from django.apps import apps
    from django.db import models

    from lyceum.core.actor import Via
    from lyceum.core.permissions import BUILT_IN_SETS, POLICY, REACHES, Reach
    from lyceum.domains.academics.models import AcademicYear
    from lyceum.domains.accounts.models import ApiKey
    from lyceum.domains.attendance.models import Conflict, Session
    from lyceum.domains.attendance.presets import PRESETS, read_preset
    from lyceum.domains.exchange.readers.mapping import LABELS
    from lyceum.domains.journal.published import choosable_types
    from lyceum.domains.people.models import Enrolment, Flag
    from lyceum.domains.tenancy.models import School
    from lyceum.domains.timetable.rules import WEEKDAYS

    kept = {
        "core/permissions.py": [
            *(row.act for row in POLICY.values()),
            *REACHES.values(),
            *BUILT_IN_SETS,
            Reach.GRANT.value,
        ],
        "core/actor.py": [*(via.value for via in Via), "done", "refused"],
        "domains/academics/models.py": AcademicYear.State.labels,
        "domains/accounts/models.py": [*ApiKey.State.values, "expired"],
        "domains/attendance/models.py": [*Session.values, "office", *Conflict.State.values],
        "domains/attendance/presets": [
            *(preset.source for preset in PRESETS.values()),
            *(code.label for name in PRESETS for code in read_preset(name)),
        ],
        "domains/exchange/readers/mapping.py": LABELS.values(),
        "domains/journal/published.py": [each.sentence for each in choosable_types() if each.topic != "testing"],
        "domains/people/models.py": [*Enrolment.Exit.values, *Flag.Kind.labels],
        "domains/tenancy/models.py": School.Status.values,
        "domains/timetable/rules.py": WEEKDAYS,
    }
    for place, words in kept.items():
        yield from ((Message(str(word)), place) for word in words)
    for model in apps.get_models():
        protects = any(
            isinstance(f, models.ForeignKey) and f.remote_field.on_delete is models.PROTECT and f.name != "school"
            for f in model._meta.fields
        )
        if protects and model.__module__.startswith("lyceum."):
            yield Message(str(model._meta.verbose_name_plural)), f"{model.__module__.replace('.', '/')}.py"[7:]


def catalogue_of(language: str) -> Path:
    """The translators' file of a language."""
    return _ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def list_languages() -> list[str]:
    """Every language that has a file."""
    return sorted(path.parent.parent.name for path in (_ROOT / "locale").glob("*/LC_MESSAGES/django.po"))


def renew(language: str, found: dict[tuple[str, str], Message]) -> polib.POFile:
    """The file of a language with exactly the texts of the source, what is translated kept."""
    path = catalogue_of(language)
    known = {(e.msgctxt or "", e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
    renewed = polib.POFile()
    renewed.metadata = {
        "Project-Id-Version": "Lyceum",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    forms = int(re.search(r"nplurals=(\d)", PLURALS[language])[1])  # type: ignore[index]  # always there
    for key, message in sorted(found.items(), key=lambda item: (item[0][1].casefold(), item[0])):
        old = known.get(key)
        entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context or None, comment=message.note)
        entry.tcomment = old.tcomment if old else ""
        entry.occurrences = [(place, "") for place in sorted(message.places)]
        entry.flags = ["python-format"] if PLACE.search(message.msgid) else []
        if message.plural:
            entry.msgid_plural = message.plural
            plural = old.msgstr_plural if old and old.msgstr_plural else {}
            entry.msgstr_plural = {n: plural.get(n, "") for n in range(forms)}
        else:
            entry.msgstr = old.msgstr if old else ""
        if old and "fuzzy" in old.flags:
            entry.flags.append("fuzzy")
        renewed.append(entry)
    return renewed


def faults_of(catalogue: polib.POFile) -> list[str]:
    """What is missing or broken in a file: texts without words, doubtful ones, placeholders that differ."""
    faults = []
    for entry in catalogue:
        said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not all(said):
            faults.append(f"not translated: {entry.msgid}")
        elif "fuzzy" in entry.flags:
            faults.append(f"doubtful: {entry.msgid}")
        faults += [f"other placeholders: {entry.msgid} → {text}" for text in said if text and not _fits(entry, text)]
    return faults


def _fits(entry: polib.POEntry, text: str) -> bool:
    wanted = set(PLACE.findall(entry.msgid + entry.msgid_plural))
    given = set(PLACE.findall(text))
    if entry.msgid_plural:  # “one student” need not say its number
        return wanted - {"n", "count", "errors", "rows", "removals"} <= given <= wanted
    strange = re.findall(r"%(?!\(\w+\)[sd])", text.replace("%%", "")) if wanted else []
    braces = re.findall(r"\{[^}]*\}", entry.msgid)
    return given == wanted and not strange and sorted(braces) == sorted(re.findall(r"\{[^}]*\}", text))


def main(arguments: list[str]) -> int:
    """Bring the files up to date, or only look at them; 1 where one of them lacks something."""
    found = find_messages()
    lacking = 0
    for language in list_languages():
        renewed = renew(language, found)
        faults = faults_of(renewed)
        lacking += len(faults)
        if "--check" not in arguments:
            catalogue_of(language).write_text(str(renewed).rstrip("\n") + "\n")
        print(f"{language}: {len(found)} texts, {len(faults)} to do")
        for fault in faults[:10]:
            print(f"   {fault[:150]}")
    return 1 if lacking and "--check" in arguments else 0


if __name__ == "__main__":
    from lyceum.config.database import tell_django
    from lyceum.config.environment import Environment
    from lyceum.config.loading import load_django

    tell_django(Environment.read())
    load_django()
    sys.exit(main(sys.argv[1:]))
