"""Changing the questions of a form, one by one; a version that applications used stays, and the next one is made."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import Application, ApplicationForm
from lyceum.domains.admissions.queries import get_form
from lyceum.domains.admissions.rules.forms import create_form, edit_form, fields_of, refuse_unknown_consent

Sections = list[dict[str, Any]]
Change = Callable[[Sections], None]
LONGEST_LABEL = 200


@transaction.atomic
def change_form(form_id: UUID, change: Change, *, actor: Actor) -> ApplicationForm:
    """Change the questions; the form that has them now, which is the next version where this one was used."""
    get_form(form_id, actor=actor)
    form = ApplicationForm.objects.select_for_update().get(pk=form_id)
    sections: Sections = deepcopy(list(form.schema.get("sections", ())))
    change(sections)
    schema = {**form.schema, "sections": sections}
    if is_used(form):
        return create_form(name=form.name, schema=schema, actor=actor)
    return edit_form(form_id, schema=schema, actor=actor)


def is_used(form: ApplicationForm) -> bool:
    """Whether applications were made with this version."""
    return Application.objects.filter(intake__form=form).exists()


def add_section(title: str) -> Change:
    """One more group of questions, at the end."""

    def change(sections: Sections) -> None:
        if not tidy(title):
            raise invalid_field("/title", "required", _("Give the section a title."))
        sections.append({"title": tidy(title)[:80], "fields": []})

    return change


def add_question(section: int, values: Mapping[str, Any]) -> Change:
    """One more question, at the end of a section."""

    def change(sections: Sections) -> None:
        if not sections:
            sections.append({"title": _("Questions"), "fields": []})
        if not 0 <= section < len(sections):
            raise NotFoundError
        taken = {str(each["key"]) for each in fields_of({"sections": sections})}
        sections[section]["fields"].append({"key": _new_key(str(values.get("label", "")), taken), **_checked(values)})

    return change


def change_question(key: str, values: Mapping[str, Any]) -> Change:
    """Other words, or another kind; answers are kept under the same key."""

    def change(sections: Sections) -> None:
        _fields, field = _found(sections, key)
        field.pop("options", None)
        field.pop("help", None)
        field.pop("consent", None)
        field.update(_checked(values))

    return change


def move_question(key: str, *, by: int) -> Change:
    """Up or down in its section; at its end it stays."""

    def change(sections: Sections) -> None:
        fields, field = _found(sections, key)
        place = fields.index(field)
        fields.insert(max(0, place + by), fields.pop(place))

    return change


def drop_question(key: str) -> Change:
    """Take a question out, and its section where it was the last."""

    def change(sections: Sections) -> None:
        fields, field = _found(sections, key)
        fields.remove(field)
        sections[:] = [each for each in sections if each["fields"] or each["fields"] is not fields]

    return change


def _found(sections: Sections, key: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    for section in sections:
        for field in section["fields"]:
            if field["key"] == key:
                return section["fields"], field
    raise NotFoundError


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    label, kind = tidy(str(values.get("label", ""))), values.get("type", "text")
    if not 0 < len(label) <= LONGEST_LABEL:
        raise invalid_field("/label", "required", _("Write the question, in at most 200 letters."))
    field: dict[str, Any] = {"label": label, "type": kind, "required": bool(values.get("required"))}
    if kind in ("choice", "choices"):
        options = dict.fromkeys(tidy(str(each)) for each in values.get("options", ()))
        field["options"] = [each for each in options if each]
        if len(field["options"]) < 2:
            raise invalid_field("/options", "required", _("Name at least two answers, one a line."))
    if kind == "consent":
        field["consent"] = str(values.get("consent", ""))
        refuse_unknown_consent(field["consent"], pointer="/consent")
    if tidy(str(values.get("help", ""))):
        field["help"] = tidy(str(values["help"]))[:500]
    return field


def _new_key(label: str, taken: set[str]) -> str:
    """A key that says what is asked, where the words are Latin; else a number."""
    plain = re.sub(r"[^a-z0-9]+", "_", slugify(label))[:34].strip("_")
    stem = plain if plain.isidentifier() else "question"
    n, key = 1, stem
    while key in taken:
        n += 1
        key = f"{stem}_{n}"
    return key
