"""Reading people from page forms."""

from typing import Any

from django.http import HttpRequest

from lyceum.core.forms import typed_date
from lyceum.domains.people.rules.persons import NewPerson

NAME_FIELDS = ("full_name", "first_name", "last_name", "preferred_name", "pronouns", "gender")


def typed_person(request: HttpRequest) -> NewPerson:
    """The person that a form describes."""
    form = request.POST
    names: dict[str, Any] = {name: form.get(name, "") for name in NAME_FIELDS}
    return NewPerson(
        **names,
        birth_date=typed_date(request, "birth_date"),
        emails=tuple(filter(None, [form.get("email", "").strip()])),
        mobiles=tuple(filter(None, [form.get("phone", "").strip()])),
    )
