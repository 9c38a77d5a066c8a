"""Days in numbers: always what counting every incident anew would find, however the acts came."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core.errors import NotAllowedError, RuleError
from lyceum.domains.behaviour import numbers
from lyceum.domains.behaviour.models import DaySum, Incident, Participant
from lyceum.domains.behaviour.numbers import Dashboard, read_dashboard
from lyceum.domains.behaviour.rules.recording import NewPart, add_students
from lyceum.domains.behaviour.rules.reviewing import edit_incident, review_incident, withdraw_incident
from lyceum.domains.behaviour.rules.sums import read_held, recount_days
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.testing.factories import NOW, in_school

FIRST, LAST = date(2026, 9, 1), date(2026, 11, 20)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["record", "grave", "edit", "role", "move", "add", "withdraw", "review", "hide"]),
        st.integers(0, 5),
        st.integers(0, 2),
    ),
    max_size=9,
)


def _act(friday: Friday, act: str, which: int, who: int) -> None:
    """One act of somebody, if it is possible now."""
    student = friday.students[who]
    if act in ("record", "grave"):
        code = "assault" if act == "grave" else ("work", "disruption", "fighting")[who]
        friday.record(code, student, place="Yard" if which % 2 else "", occurred_at=NOW - timedelta(days=which))
        return
    incident = Incident.objects.order_by("pk")[which % max(Incident.objects.count(), 1) :].first()
    if incident is None:
        return
    first = Participant.objects.filter(incident=incident).order_by("pk")[0].student_id
    values: dict[str, dict[str, Any]] = {
        "edit": {"parts": [{"student_id": first, "points": -who}]},
        "role": {"parts": [{"student_id": first, "role": ("involved", "witness", "target")[who]}]},
        "move": {"occurred_at": NOW - timedelta(days=who)},
        "hide": {"confidential": who == 0},
    }
    head = friday.who("lead") if incident.confidential else friday.head
    if act in values:
        edit_incident(incident.pk, values=values[act], actor=head)
    elif act == "add":
        add_students(incident.pk, parts=[NewPart(student.pk)], actor=friday.teacher)
    elif act == "withdraw":
        withdraw_incident(incident.pk, reason="Not so", actor=head)
    else:
        review_incident(incident.pk, approve=who > 0, reason="Why", actor=head)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_days_in_numbers_are_what_counting_anew_finds(friday: Friday, acts: list[tuple[str, int, int]]):
    with in_school(friday.school):
        for act, which, who in acts:
            try:
                _act(friday, act, which, who)
            except RuleError:
                continue

        kept = read_held()

        assert recount_days(actor=friday.who("senior")) == 0
        assert read_held() == kept


@pytest.mark.parametrize("reader", ["head", "lead"])
def test_a_dashboard_from_days_in_numbers_is_that_from_every_incident(
    friday: Friday, reader: str, monkeypatch: pytest.MonkeyPatch
):
    ada, ben, cleo = friday.students
    friday.record("fighting", parts=[NewPart(ada.pk), NewPart(ben.pk), NewPart(cleo.pk, "target")], place="Yard")
    friday.record("work", ada, ben, occurred_at=NOW - timedelta(days=10))
    hidden = friday.record("disruption", cleo, confidential=True)
    make_friday().record("work")
    with in_school(friday.school):
        review_incident(hidden.pk, approve=True, actor=friday.who("lead"))
        actor = friday.who(reader)

        quick = read_dashboard(actor, first=FIRST, last=LAST)
        monkeypatch.setattr(numbers, "may_read_sums", lambda *_: False)
        slow = read_dashboard(actor, first=FIRST, last=LAST)

    assert _plain(quick) == _plain(slow)
    assert quick.concerns == (2 if reader == "head" else 3)


def _plain(found: Dashboard) -> Dashboard:
    """Without what only one of two equal orders is: groups that happened as often."""
    return replace(found, by={name: sorted(counts, key=lambda c: c.key) for name, counts in found.by.items()})


def test_a_head_with_a_child_at_the_school_is_not_told_by_the_sums_what_the_child_did(friday: Friday):
    friday.record("work", *friday.students)
    friday.record("bullying", actor=friday.head)
    with in_school(friday.school):
        guardian = friday.who("guardian")
        both = replace(friday.head, id=guardian.id, roles=friday.head.roles | guardian.roles)

        assert numbers.may_read_sums(friday.head, numbers.IncidentFilter())
        assert not numbers.may_read_sums(both, numbers.IncidentFilter())


def test_a_wrong_number_is_found_and_mended_by_the_command(friday: Friday, capsys: pytest.CaptureFixture[str]):
    friday.record("work")
    with in_school(friday.school):
        DaySum.objects.filter(axis="type").update(praise=7)
        with pytest.raises(NotAllowedError):
            recount_days(actor=friday.teacher)

    call_command("behaviour", "recount", school=friday.school.slug)

    assert capsys.readouterr().out == "Counted anew; 1 numbers were wrong.\n"
    with in_school(friday.school):
        assert DaySum.objects.get(axis="type").praise == 1
