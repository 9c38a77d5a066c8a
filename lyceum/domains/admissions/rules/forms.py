"""Application forms: questions in versions, and answers that are checked against them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import Application, ApplicationForm, Intake
from lyceum.domains.admissions.rules.refusals import FormInUseError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import ConsentKind

TYPES = ("text", "long_text", "choice", "choices", "yes_no", "date", "number", "consent")
MOST_FIELDS, LONGEST_ANSWER = 200, 5000
Schema = Mapping[str, Any]


@transaction.atomic
def create_form(*, name: str, schema: Schema, actor: Actor) -> ApplicationForm:
    """Make a form, or the next version of one that has that name."""
    actor.require_all(Permission.INTAKES_EDIT)
    title = tidy(name)
    if not 0 < len(title) <= 80:
        raise invalid_field("/name", "required", _("Give a name of at most 80 letters."))
    check_schema(schema)
    versions = ApplicationForm.objects.select_for_update().filter(name=title).values_list("version", flat=True)
    form = ApplicationForm.objects.create(name=title, version=max(versions, default=0) + 1, schema=dict(schema))
    record("admissions.form.create", target=Target.of(form), actor=actor)
    return form


@transaction.atomic
def edit_form(form_id: UUID, *, schema: Schema, actor: Actor) -> ApplicationForm:
    """Change the questions of a form that no application used yet."""
    actor.require_all(Permission.INTAKES_EDIT)
    form = ApplicationForm.objects.select_for_update().filter(pk=form_id).first()
    if form is None:
        raise NotFoundError
    if Application.objects.filter(intake__form=form).exists():
        raise FormInUseError(_("Applications use this version. Make a new version of %(name)s.") % {"name": form.name})
    check_schema(schema)
    form.schema = dict(schema)
    form.save(update_fields=["schema", "updated_at"])
    record("admissions.form.edit", target=Target.of(form), actor=actor)
    return form


def check_schema(schema: Schema) -> None:
    """Refuse questions that nobody could ask: without a key or words, of a type we do not know, or twice the same."""
    keys: set[str] = set()
    try:
        fields = list(fields_of(schema))
    except (KeyError, TypeError, AttributeError):
        raise invalid_field("/schema", "invalid", _("A form has sections, each with a title and fields.")) from None
    if len(fields) > MOST_FIELDS:
        raise invalid_field("/schema", "too_many", _("A form has at most %(n)s fields.") % {"n": MOST_FIELDS})
    for field in fields:
        key, kind = str(field.get("key", "")), field.get("type", "text")
        if not key.isidentifier() or len(key) > 40 or key in keys:
            raise invalid_field(
                "/schema", "key", _("Each field has a key of its own: letters, digits, underscores; not %(key)s.")
                % {"key": key[:40] or "–"},
            )  # fmt: skip
        keys.add(key)
        if kind not in TYPES or not tidy(str(field.get("label", ""))):
            raise invalid_field(
                "/schema", "type", _("The field %(key)s needs a label and one of the types %(types)s.")
                % {"key": key, "types": ", ".join(TYPES)},
            )  # fmt: skip
        if kind in ("choice", "choices") and not field.get("options"):
            raise invalid_field("/schema", "options", _("The field %(key)s needs options.") % {"key": key})
        if kind == "consent":
            refuse_unknown_consent(str(field.get("consent", "")), pointer="/schema")
        when = field.get("when")
        if when is not None and (not isinstance(when, Mapping) or when.get("field") not in keys):
            raise invalid_field("/schema", "when", _("The field %(key)s depends on an earlier one.") % {"key": key})


def refuse_unknown_consent(kind_id: str, *, pointer: str) -> None:
    """Refuse to ask for a consent that the school does not ask families for."""
    try:
        is_known = ConsentKind.objects.filter(pk=UUID(kind_id), active=True).exists()
    except ValueError:
        is_known = False
    if not is_known:
        raise invalid_field(pointer, "consent", _("Choose one of the consents that the school asks for."))


def fields_of(schema: Schema) -> Iterator[Mapping[str, Any]]:
    """The questions in their order."""
    for section in schema.get("sections", ()):
        yield from section["fields"]


def asked_fields(schema: Schema, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The questions that are put to somebody who answered so: what is private is not, before there is an offer."""
    return [field for field in fields_of(schema) if _is_asked(field, answers)]


def _is_asked(field: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    if field.get("sensitive") and not field.get("needed_for_selection"):
        return False
    when = field.get("when")
    return when is None or answers.get(when["field"]) == when.get("equals")


def schema_of(intake: Intake) -> Schema:
    """The questions of an intake; none where it has no form."""
    return intake.form.schema if intake.form else {}


def check_answers(schema: Schema, answers: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The answers as they are kept. Raises InvalidError naming each wrong one, in a `whole` form each missing one."""
    known = {field["key"]: field for field in fields_of(schema)}
    errors = [
        FieldError(f"/answers/{key}", "unknown_field", _("There is no question %(key)s here.") % {"key": key[:40]})
        for key in answers
        if key not in known
    ]
    kept: dict[str, Any] = {}
    for field in asked_fields(schema, answers):
        key = field["key"]
        value = answers.get(key)
        if value is None or value in ("", []):
            if whole and field.get("required"):
                errors.append(FieldError(f"/answers/{key}", "required", _("Answer this.")))
            continue
        try:
            kept[key] = _answer(field, value)
        except (ValueError, TypeError):
            message = _("This is no answer of the kind %(kind)s.") % {"kind": field.get("type", "text")}
            errors.append(FieldError(f"/answers/{key}", "invalid", message))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    return kept


def _answer(field: Mapping[str, Any], value: Any) -> Any:
    kind, options = field.get("type", "text"), [str(each) for each in field.get("options", ())]
    if kind in ("yes_no", "consent"):
        return _as_bool(value)
    if kind == "number":
        number = float(value)
        if not -1e12 < number < 1e12:
            raise ValueError(value)
        return int(number) if number.is_integer() else number
    if kind == "choices":
        chosen = [str(each) for each in (value if isinstance(value, list) else [value])]
        if set(chosen) - set(options):
            raise ValueError(value)
        return list(dict.fromkeys(chosen))
    if not isinstance(value, str) or len(value) > LONGEST_ANSWER:
        raise ValueError(value)
    if kind == "date":
        return date.fromisoformat(value).isoformat()
    if kind == "choice" and value not in options:
        raise ValueError(value)
    return value.strip() if kind == "long_text" else tidy(value)


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("yes", "no"):
        raise ValueError(value)
    return bool(value == "yes")
