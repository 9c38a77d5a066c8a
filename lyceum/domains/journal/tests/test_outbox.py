"""Numbers of facts: given after commit, without gaps, past nobody; and the list by which others follow them."""

from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.journal.models import Fact
from lyceum.domains.journal.published import choosable_types, list_fact_types, types_of
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.journal.rules.outbox import stamp_facts
from lyceum.domains.journal.tasks import relay, sweep
from lyceum.domains.journal.tests.conftest import CHANGED, Telling
from lyceum.domains.people.facts import StudentChanged
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import NOW, in_school, make_admin, make_school, make_teacher
from lyceum.testing.together import at_once

FACTS = "/api/v1/facts/"


def happen(school) -> UUID:
    student = uuid4()
    facts, target = [StudentChanged(student=student)], Target("people.student", student, "Somebody")
    record("people.student.change", target=target, facts=facts, actor=system_actor(school.pk))
    return student


def numbered(school) -> list[tuple[int, str]]:
    with in_school(school):
        return list(Fact.objects.filter(type=CHANGED, seq__isnull=False).order_by("seq").values_list("seq", "subject"))


def test_what_commits_late_is_passed_over_by_nobody(fresh_database):
    """The earlier act is still open when the later one is committed and numbered."""
    school = make_school()
    with in_school(school):
        while stamp_facts():
            pass
        last = Fact.objects.exclude(seq=None).latest("seq").seq
    with in_school(school):
        first = happen(school)
        at_once([lambda: _commit_another(school)])  # in a transaction of its own, while ours is open
    seen_meanwhile = numbered(school)
    relay.func(school.pk)

    [(_, later)] = seen_meanwhile
    assert (later, str(first)) == (numbered(school)[0][1], numbered(school)[1][1])
    assert [seq for seq, _ in numbered(school)] == [last + 1, last + 2]
    with in_school(school):
        at = dict(Fact.objects.filter(type=CHANGED).values_list("subject", "at"))
    assert at[str(first)] < at[later]  # it came first, and was committed last


def _commit_another(school) -> None:
    with in_school(school):
        happen(school)
    relay.func(school.pk)


def test_several_sequencers_at_once_leave_no_gap_and_give_no_number_twice(fresh_database):
    school = make_school()

    def act() -> None:
        for _ in range(10):
            with in_school(school):
                happen(school)
            relay.func(school.pk)

    assert at_once([act] * 4) == [None] * 4
    with in_school(school):
        seqs = list(Fact.objects.filter(leaves=True).order_by("seq").values_list("seq", flat=True))
        in_order = list(Fact.objects.filter(leaves=True).order_by("at", "id").values_list("type", flat=True))
    assert seqs == list(range(1, len(in_order) + 1))


def test_numbers_follow_the_order_of_what_happened_school_by_school(telling: Telling):
    other = make_school("Vale School")
    students = []
    for minutes in (3, 1, 2):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            students.append(str(telling.happen()))
    with in_school(other):
        happen(other)
    sweep.func(0)

    assert [subject for _, subject in numbered(telling.school)] == [students[1], students[2], students[0]]
    for school in (telling.school, other):
        with in_school(school):
            seqs = list(Fact.objects.filter(leaves=True).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize(
    "change", ["payload = '{}'", "type = 'a.b'", "at = now()", "leaves = NOT leaves", "seq = seq + 1000", "seq = NULL"]
)
def test_of_a_fact_nothing_but_its_missing_number_is_ever_written(telling: Telling, change):
    telling.happen()
    telling.work()

    with in_school(telling.school), pytest.raises(ProgrammingError) as refused, transaction.atomic():
        connection.cursor().execute(f"UPDATE journal_fact SET {change}")

    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_an_act_costs_one_statement_whether_or_not_a_webhook_hears_of_it(telling: Telling, django_assert_num_queries):
    telling.make()

    with in_school(telling.school), django_assert_num_queries(1 + 1):  # and entering it
        happen(telling.school)


def test_facts_are_followed_by_number_for_a_month(telling: Telling):
    for days in (40, 20, 10):
        with clock.frozen(NOW - timedelta(days=days)):
            telling.happen()
    with clock.frozen(NOW):
        telling.work()
        client = key_holder(telling.school, "events:read")
        whole = client.get(f"{FACTS}?types={CHANGED}&count=true").json()
        first = client.get(f"{FACTS}?types={CHANGED}&limit=1").json()
        second = client.get(f"{FACTS}?types={CHANGED}&limit=1&cursor={first['next']}").json()
        after = client.get(f"{FACTS}?types={CHANGED}&after={whole['items'][0]['seq']}").json()

    assert (len(whole["items"]), whole["total"]) == (2, 2)  # what is forty days old is not given out any more
    assert [first["items"][0], second["items"][0]] == whole["items"]
    assert after["items"] == whole["items"][1:]
    fact = whole["items"][0]
    assert (fact["type"], fact["data"], fact["version"]) == (CHANGED, {"student": fact["subject"]}, 1)


@pytest.mark.parametrize(("query", "code"), [("after=-1", 400), ("after=x", 400), ("seq=1", 400), ("types=a b", 400)])
def test_facts_are_asked_for_in_order(telling: Telling, query, code):
    assert telling.client.get(f"{FACTS}?{query}").status_code == code


def test_facts_are_for_admins_and_for_keys_with_that_scope(telling: Telling):
    school = telling.school
    callers = [software(make_teacher(school), school), key_holder(school, "students:read"), telling.client]

    assert [each.get(FACTS).status_code for each in callers] == [403, 403, 200]
    assert [each.get("/api/v1/fact-types/").status_code for each in callers] == [403, 403, 200]


def test_types_of_facts_are_published_with_a_sentence_and_the_form_of_their_data(telling: Telling):
    types = {each["type"]: each for each in telling.client.get("/api/v1/fact-types/").json()["items"]}

    marked = types["attendance.marked"]
    assert (marked["topic"], marked["webhooks"], marked["version"]) == ("attendance", True, 1)
    assert marked["description"] == "Marks were saved on a register."
    assert marked["data_schema"]["properties"]["marks"]["items"] == {"$ref": "#/$defs/MarkFact"}
    assert "student" in marked["data_schema"]["$defs"]["MarkFact"]["properties"]
    stay = {name for name, each in types.items() if not each["webhooks"]}
    assert stay >= {"people.restriction.changed", "attendance.concern.raised", "notifications.created"}


def test_every_type_says_a_sentence_and_where_it_belongs():
    declared = [each for each in list_fact_types() if not each.type.startswith("testing.")]

    assert [each.type for each in declared if not (each.sentence.endswith(".") and each.topic)] == []


@pytest.mark.parametrize(
    ("pattern", "takes"),
    [
        ("attendance.marked", {"attendance.marked"}),
        ("accounts.key.*", {"accounts.key.created", "accounts.key.rotated", "accounts.key.revoked"}),
        ("accounts.key", set()),
        ("attendance.concern.*", set()),
        ("journal.webhook_tried", set()),
        ("", set()),
    ],
)
def test_patterns_take_in_what_they_begin(pattern, takes):
    assert set(types_of([pattern])) == takes


def test_everything_is_everything_that_may_go_out():
    assert types_of(["*"]) == [each.type for each in choosable_types()]


def test_another_school_is_not_followed(telling: Telling):
    other = make_school("Vale School")
    telling.happen()
    telling.work()

    items = software(make_admin(other), other).get(f"{FACTS}?types={CHANGED}").json()["items"]

    assert items == []
