"""The command door: bring a school in from a terminal or a script."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.tests.bringing import SDS_2, TWO_DOT_ONE, dump, people_in, text_of
from lyceum.testing.factories import in_school, make_admin, make_school, make_teacher, make_year

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("import", *words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> tuple[int, Any]:
    """The exit code, and what was printed or said."""
    out = StringIO()
    with pytest.raises(CommandError) as ending:
        call_command("import", *words, stdout=out)
    return ending.value.returncode, json.loads(out.getvalue()) if "--json" in words else str(ending.value)


def test_preview_writes_nothing_and_says_how_to_go_on():
    school = make_school()
    before = dump(school)

    said = run(str(SDS_2), f"--school={school.slug}", f"--org={TWO_DOT_ONE}")

    assert said.startswith("sds-v2.1: sds_v2p1, previewed\n")
    assert f"  → {TWO_DOT_ONE}  School of TwoDotOne" in said.splitlines()
    assert said.endswith("Nothing has been written. Run it again with --apply to bring it in.\n")
    assert dump(school) == before


def test_what_undoes_an_import_is_said_to_be_typed_as_it_is():
    school = make_school()
    before = dump(school)
    words = [str(SDS_2), f"--school={school.slug}", f"--org={TWO_DOT_ONE}", "--apply"]

    applied, again = run(*words), run(*words)
    undoing = re.search("`lyceum import (.+)`", applied)
    assert undoing
    run(*undoing[1].split())

    assert again.endswith("\nNothing changed.\n")
    assert dump(school) == before


def test_set_is_applied_and_rolled_back_by_a_script():
    school = make_school()
    before = dump(school)
    words = [str(SDS_2), f"--school={school.slug}", f"--org={TWO_DOT_ONE}", "--json"]

    applied = json.loads(run(*words, "--apply"))
    people = people_in(school)
    again = json.loads(run(*words))
    undone = json.loads(run(f"--school={school.slug}", f"--rollback={applied['run']}", "--json"))

    assert {k: applied[k] for k in ("state", "format", "errors", "removals", "notified", "rows")} == {
        "state": "applied",
        "format": "sds_v2p1",
        "errors": 0,
        "removals": 0,
        "notified": 0,
        "rows": [],
    }
    assert people == {"students": 3, "staff": 1, "classes": 1, "members": 3, "teachers": 1, "guardians": 3}
    assert {action for actions in again["counts"].values() for action in actions} == {"skip"}
    assert (undone["run"], undone["state"], dump(school)) == (applied["run"], "rolled_back", before)


def test_refusals_end_with_one_and_a_code(tmp_path: Path):
    school, other = make_school("Hill School"), make_school("Vale School")
    make_teacher(school, username="teacher.one")
    make_admin(other, username="admin.of.vale")
    empty = tmp_path / "empty.csv"
    empty.touch()
    here = f"--school={school.slug}"

    assert refused(str(SDS_2), here, "--json")[0] == 1
    assert refused(str(SDS_2), here, "--json")[1]["code"] == "org_needed"
    assert refused(str(empty), here) == (1, "empty.csv is empty. (file_empty)")
    assert refused(str(tmp_path / "none.csv"), here)[0] == 1
    assert refused(str(SDS_2), "--school=nowhere", "--json")[0] == 1
    assert refused(str(SDS_2), here, "--as=teacher.one", "--json")[1]["code"] == "not_allowed"
    assert refused(str(SDS_2), here, "--as=admin.of.vale", "--json")[1]["code"] == "not_found"
    assert refused(here)[0] == 2
    with in_school(school):
        assert not ImportRun.objects.filter(state="applied").exists()


def test_run_of_another_school_is_unknown_here():
    school, other = make_school("Hill School"), make_school("Vale School")
    words = [str(SDS_2), f"--org={TWO_DOT_ONE}", "--json"]
    applied = json.loads(run(*words, f"--school={other.slug}", "--apply"))
    before = dump(other)

    code, problem = refused(f"--school={school.slug}", f"--rollback={applied['run']}", "--json")

    assert (code, problem["code"], dump(other)) == (1, "not_found", before)


def test_wrong_rows_are_written_to_a_file_before_applying_is_refused(tmp_path: Path):
    school = make_school()
    make_year(school)
    source, errors = tmp_path / "list.csv", tmp_path / "errors.csv"
    source.write_text(text_of(["Nr", "Name", "DOB"], ["1", "Ada King", "2015-04-02"], ["2", "Ben King", "soon"]))
    words = [str(source), f"--school={school.slug}", "--map=Nr=number", f"--errors={errors}", "--apply", "--json"]

    code, problem = refused(*words)
    written = errors.read_text(encoding="utf-8-sig").splitlines()
    done = json.loads(run(*words, "--only-correct"))

    assert (code, problem["code"], problem["wrong_rows"]) == (1, "import_has_errors", 1)
    assert (written[0], len(written), written[1].split(",")[:3]) == ("Nr,Name,DOB,reason", 2, ["2", "Ben King", "soon"])
    assert (done["state"], done["errors"], people_in(school)["students"]) == ("applied", 1, 1)
    assert [(row["line"], row["troubles"][0]["code"]) for row in done["rows"]] == [(3, "date_unreadable")]
