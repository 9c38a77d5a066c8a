import io
import json
from io import StringIO

import pytest
from django.core.management import call_command

from lyceum.core.actor import Via
from lyceum.domains.accounts.models import Invitation, Membership, SignInSession, User
from lyceum.domains.accounts.queries import Circumstances
from lyceum.domains.accounts.rules.acceptance import accept_invitation
from lyceum.domains.accounts.rules.passwords import password_matches
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import start_session
from lyceum.testing.factories import make_admin, make_manager, make_school, make_user

pytestmark = pytest.mark.django_db
LONG = "amber lantern orchard"


def run(school: School, *words: str) -> str:
    out = StringIO()
    call_command("user", *words, f"--school={school.slug}", stdout=out)
    return out.getvalue()


def refused(school: School, *words: str) -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("user", *words, f"--school={school.slug}", "--json", stdout=out)
    assert ending.value.code == 1
    code: str = json.loads(out.getvalue())["code"]
    return code


def type_password(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


def test_an_invitation_prints_the_link_by_which_it_is_accepted():
    school = make_school()
    make_admin(school)

    said = run(school, "create", "--name=Ada Byron", "--role=teacher", "--username=ada", "--json")

    secret = json.loads(said)["link"].rstrip("/").rpartition("/")[2]
    user = accept_invitation(secret, password=LONG, circumstances=Circumstances(via=Via.PAGE))
    assert user.full_name == "Ada Byron"
    assert Membership.objects.get(user=user).role == "teacher"


def test_the_first_admin_gets_the_password_from_standard_input(monkeypatch: pytest.MonkeyPatch):
    school = make_school()
    type_password(monkeypatch, LONG)

    run(school, "create", "--name=Ada Byron", "--role=admin", "--username=ada", "--password-stdin")

    membership = Membership.objects.get(school=school)
    assert membership.role == "school_admin"
    assert password_matches(LONG, membership.user.password)


def test_nobody_s_password_is_chosen_for_them_once_there_is_an_admin(monkeypatch: pytest.MonkeyPatch):
    school = make_school()
    make_admin(school)
    type_password(monkeypatch, LONG)

    assert (
        refused(school, "create", "--name=Eve", "--role=admin", "--username=eve", "--password-stdin") == "admin_exists"
    )
    assert Membership.objects.filter(school=school).count() == 1


@pytest.mark.parametrize(
    ("words", "password", "code"),
    [
        (["--role=teacher", "--username=ada", "--password-stdin"], LONG, "invalid"),  # only a first admin
        (["--role=admin", "--username=ada", "--password-stdin"], "short", "password_refused"),  # eleven at most
        (["--role=admin", "--password-stdin"], LONG, "invalid"),  # no way to sign in
        (["--role=wizard", "--username=ada"], "", "invalid"),  # no such role
        (["--role=manager", "--username=ada"], "", "invalid"),  # no permission set
        (["--role=manager", "--username=ada", "--set=Kitchen"], "", "invalid"),  # no such set
        (["--role=super_admin", "--username=ada"], "", "invalid"),  # not a school's role
        (["--role=teacher", "--username=a b"], "", "invalid"),  # not a user name
        (["--role=teacher", "--username=ada", "--as=nobody"], "", "not_found"),  # as somebody unknown
    ],
)
def test_what_cannot_be_is_refused(words: list[str], password: str, code: str, monkeypatch: pytest.MonkeyPatch):
    school = make_school()
    type_password(monkeypatch, password)

    assert refused(school, "create", "--name=Ada Byron", *words) == code
    assert not Invitation.objects.exists()
    assert not User.objects.exists()


def test_a_manager_s_rights_are_asked_for_at_the_command_line_too():
    school = make_school()
    make_manager(school, "Office", username="office")
    make_manager(school, "Timetable", username="timetable")

    assert refused(school, "create", "--name=Eve", "--role=admin", "--username=eve", "--as=office") == "not_allowed"
    assert refused(school, "list", "--as=timetable") == "not_allowed"


def test_only_the_users_of_the_school_are_listed():
    school, other = make_school(), make_school("Other School")
    make_user(school, name="Ada Byron", username="ada")
    make_admin(school, name="Grace Hopper", username="grace")
    make_admin(other, name="Alan Turing", username="alan")

    assert [user["username"] for user in json.loads(run(school, "list", "--json"))] == ["grace"]
    assert "Grace Hopper" in run(school, "list")


def test_a_disabled_user_is_out_at_once():
    school = make_school()
    make_admin(school, username="grace")
    teacher = make_manager(school, "Office", username="office")
    start_session(teacher, school)

    run(school, "disable", "office", "--reason=Left the school")

    assert Membership.objects.get(user=teacher).state == "suspended"
    assert not SignInSession.objects.filter(user=teacher, revoked_at__isnull=True).exists()


def test_the_last_admin_cannot_be_disabled():
    school = make_school()
    make_admin(school, username="grace")

    assert refused(school, "disable", "grace") == "last_admin"


def test_a_user_of_another_school_cannot_be_disabled():
    school, other = make_school(), make_school("Other School")
    make_admin(other, username="alan")

    assert refused(school, "disable", "alan") == "not_found"
