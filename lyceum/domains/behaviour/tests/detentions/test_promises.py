"""What the school was promised of detentions, each seen whole through its doors."""

import csv
import io
from datetime import UTC, datetime

import pytest

from lyceum.core import clock
from lyceum.domains.accounts.models import User
from lyceum.domains.behaviour.detention_tasks import follow_detentions
from lyceum.domains.behaviour.models import Detention, Notice
from lyceum.domains.behaviour.rules.detentions.states import THREE_STATES
from lyceum.domains.behaviour.rules.notices import deliver_notice
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, TUESDAY, Year
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.testing.clients import browser, nobody, software
from lyceum.testing.factories import LONG_AGO, in_school, make_admin
from lyceum.testing.pages import text_of

AT_SLOT = datetime(2026, 11, 23, 15, 35, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 24, 7, 12, tzinfo=UTC)


def guardian(year: Year, n: int = 0) -> User:
    with in_school(year.school):
        user: User = GuardianLink.objects.select_related("guardian__user").get(student=year.students[n]).guardian.user  # type: ignore[assignment]  # they have an account
        return user


def test_an_unexcused_absence_stands_in_the_queue_next_morning_and_nothing_is_set_without_a_person(year: Year):
    longer = year.type("Longer detention", minutes=60)
    with in_school(year.school):
        year.kind.escalates_to = longer
        year.kind.save()
    slot = year.slot(MONDAY)
    missed = year.set().detention
    with clock.frozen(AT_SLOT):
        marks = [{"detention": str(missed.pk), "mark": "absent_unexcused"}]
        office = software(year.office_user, year.school)
        taken = office.send(f"/api/v1/detention-slots/{slot.pk}/register/", {"marks": marks}, method="put")
    assert taken.status_code == 200

    with clock.frozen(NEXT_MORNING):
        for _ in range(2):
            follow_detentions(timestamp=int(NEXT_MORNING.timestamp()))
        queue = browser(year.head_user, year.school).get("/behaviour/queue/")
        told = software(guardian(year), year.school).get("/api/v1/detentions/").json()["items"]
        with in_school(year.school):
            proposed = Detention.objects.get(follows=missed)
            assert (proposed.type_id, proposed.state, proposed.slot_id) == (longer.pk, "proposed", None)
            assert not Notice.objects.filter(detention=proposed.pk).exists()

    assert "Longer detention" in text_of(queue)
    assert [row["id"] for row in told] == [str(missed.pk)], "a family sees nothing that is only proposed"


def test_a_restricted_parent_gets_nothing_and_staff_read_why(year: Year):
    parent, other = guardian(year), guardian(year, 1)
    feeds = [software(user, year.school).get("/api/v1/detentions/feed/").json()["path"] for user in (parent, other)]
    with in_school(year.school):
        ContactRestriction.objects.create(
            student=year.students[0],
            person=GuardianLink.objects.get(student=year.students[0]).guardian,
            kinds=["no_information"],
            starts_on=LONG_AGO,
            made_by=year.head_user.pk,
        )
    year.slot(MONDAY)
    row = year.set().detention
    year.set(year.students[1])
    with in_school(year.school):
        [notice] = Notice.objects.filter(detention=row.pk)
        deliver_notice(notice.pk, actor=year.system)
    page, caller = browser(parent, year.school), software(parent, year.school)

    assert [nobody().get(path).content.count(b"BEGIN:VEVENT") for path in feeds] == [0, 1]
    assert nobody().get(feeds[1].replace("feeds/", "feeds/x")).status_code == 404
    assert b"Student" not in nobody().get(feeds[1]).content
    calendar = page.get("/behaviour/detentions/calendar.ics")
    listed = caller.get("/api/v1/detentions/")
    assert b"BEGIN:VEVENT" not in calendar.content
    assert listed.status_code == 403 or listed.json()["items"] == []
    for path in (
        f"/behaviour/detentions/{row.pk}/",
        f"/students/{year.students[0].pk}/behaviour/",
        f"/behaviour/notices/{notice.pk}/letter.pdf",
    ):
        assert page.get(path).status_code in (403, 404), path
    for path in ("/today/", "/notifications/", "/behaviour/detentions/all/"):
        shown = page.get(path).content.decode()
        assert f"/students/{year.students[0].pk}/" not in shown, path
        assert str(row.pk) not in shown, path
    path, admin = f"/behaviour/detentions/{row.pk}/", make_admin(year.school)
    assert "Guardian of Student 00" in text_of(browser(admin, year.school).get(path)), "whom it was not told, and why"
    assert "Guardian of Student 00" not in text_of(browser(year.teacher_user, year.school).get(path))


def test_the_three_state_names_cover_every_state_by_every_door(year: Year):
    year.slot(MONDAY), year.slot(TUESDAY)
    row = year.set().detention
    office, page = software(year.office_user, year.school), browser(year.office_user, year.school)
    for state in Detention.State.values:
        with in_school(year.school):
            Detention.objects.filter(pk=row.pk).update(state=state)
        for name, covered in THREE_STATES.items():
            wanted = [str(row.pk)] if state in covered else []
            rest = [each["id"] for each in office.get(f"/api/v1/detentions/?status={name}").json()["items"]]
            asked = f'{{ detentions(status: "{name}", first: 9) {{ edges {{ node {{ id }} }} }} }}'
            edges = office.send("/graphql", {"query": asked}).json()["data"]["detentions"]["edges"]
            file = page.post(f"/behaviour/detentions/all/?status={name}", {"export": "csv"})
            lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:]

            assert rest == wanted, (state, name)
            assert [edge["node"]["id"] for edge in edges] == wanted, (state, name)
            assert len(lines) == len(wanted), (state, name)


@pytest.mark.parametrize("answer", ["rest", "page"])
def test_set_after_the_cut_off_it_is_the_day_after_and_the_answer_says_why(year: Year, answer: str):
    with in_school(year.school):
        year.kind.cut_off, year.kind.notice_hours = datetime(2026, 1, 1, 15).time(), 0
        year.kind.save()
    year.slot(MONDAY), year.slot(TUESDAY)
    body = {"student": str(year.students[0].pk), "type": str(year.kind.pk), "reason": "Late"}
    with clock.frozen(datetime(2026, 11, 20, 15, 10, tzinfo=UTC)):  # Friday, ten past three; Monday is the next day
        if answer == "rest":
            made = software(year.teacher_user, year.school).send("/api/v1/detentions/", body).json()
            said = str(made["passed"])
            on = made["scheduled_date"]
        else:
            client = browser(year.teacher_user, year.school)
            said = text_of(client.get(f"/behaviour/detentions/new/?student={year.students[0].pk}&type={year.kind.pk}"))
            client.post("/behaviour/detentions/new/", body)
            with in_school(year.school):
                on = f"{Detention.objects.get().on}"

    assert on == f"{TUESDAY}"
    assert "It had to be set by" in said
