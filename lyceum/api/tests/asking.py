"""Asking over GraphQL, and what there is to ask about."""

from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import software
from lyceum.testing.factories import make_admin, make_class, make_guardian, make_student, make_teacher


def ask(caller, query, **variables):
    return caller.send("/graphql", {"query": query, "variables": variables}).json()


def data(caller, query, **variables):
    answer = ask(caller, query, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def codes(answer):
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


def nodes(page):
    return [edge["node"] for edge in page["edges"]]


def admin_of(school):
    return software(make_admin(school), school)


@remembered
def fill(school, number):
    """So many classes, each with as many students with as many guardians, a teacher and today's registers."""
    made = [make_class(school, f"{number}-{n}") for n in range(number)]
    for school_class in made:
        make_teacher(school, school_class)
        for _ in range(number):
            student = make_student(school, school_class, emails=("someone@example.org",))
            for _ in range(number):
                make_guardian(student)
    return made
