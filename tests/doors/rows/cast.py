"""Who and what the world holds already when a domain adds its rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School


@dataclass(frozen=True)
class Cast:
    """The school, its people and the class 7A of the student."""

    school: School
    users: Mapping[str, User]
    """By the name of who they are (`Who`)."""
    student: Student
    form: Class
    words: dict[str, str]
    """Words that stand in paths and bodies: secrets, slugs, names."""
