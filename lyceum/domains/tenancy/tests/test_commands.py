import json
from io import StringIO

import pytest
from django.core.management import call_command

from lyceum.domains.journal.models import OperatorEntry
from lyceum.domains.tenancy.models import School

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("school", *words, stdout=out)
    return out.getvalue()


def test_a_school_is_made_with_its_country_s_defaults_and_told_to_the_operator():
    said = run("create", "Elm Tree College", "--country=IE")

    school = School.objects.get(slug="elm-tree-college")
    assert (school.name, school.time_zone, school.status) == ("Elm Tree College", "Europe/Dublin", "active")
    assert "lyceum user create --school elm-tree-college" in said
    assert [(e.action, e.via) for e in OperatorEntry.objects.all()] == [("tenancy.school.provision", "command")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["create", "X"], "length"),  # no name
        (["create", "Elm Tree", "--slug=Elm Tree!"], "slug"),  # not an address
        (["create", "Elm Tree", "--country=England"], "country"),  # not two letters
        (["create", "Elm Tree", "--time-zone=London"], "time_zone"),  # not in the time zone list
    ],
)
def test_a_school_that_cannot_be_is_refused(words: list[str], code: str):
    out = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("school", *words, "--json", stdout=out)

    assert ending.value.code == 1
    assert [error["code"] for error in json.loads(out.getvalue())["errors"]] == [code]
    assert not School.objects.exists()


def test_schools_are_listed_by_their_name_in_addresses():
    assert run("list") == "There is no school here yet.\n"
    run("create", "Oak School")
    run("create", "Elm School", "--country=US")

    assert [line.split()[0] for line in run("list").splitlines()] == ["elm-school", "oak-school"]
    assert [s["time_zone"] for s in json.loads(run("list", "--json"))] == ["America/New_York", "Europe/London"]
