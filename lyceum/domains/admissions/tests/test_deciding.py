"""Deciding: steps and documents first, places under lock, what is held back, and who may."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import RuleError
from lyceum.domains.accounts.models import Membership
from lyceum.domains.admissions.models import Application, Offer
from lyceum.domains.admissions.queries import find_application_of
from lyceum.domains.admissions.rules.announcing import announce_due
from lyceum.domains.admissions.rules.answering import accept_offer, decline_offer, expire_offers, remind_of_offers
from lyceum.domains.admissions.rules.deciding import approve, offer_place, reject, waitlist, withdraw
from lyceum.domains.admissions.rules.enrolling import note_first_enrolment
from lyceum.domains.admissions.rules.intakes import create_step, edit_intake, edit_step
from lyceum.domains.admissions.rules.moving import decide_many, move_application
from lyceum.domains.admissions.rules.places import find_proposed, waiting_place
from lyceum.domains.admissions.rules.steps import set_step
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.admissions.tests.conftest import later
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import LearnerAccess
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.testing.factories import in_school, make_manager

APPLICATIONS = "/api/v1/applications/"
STATUS = "/api/v1/students/me/application-status/"


def subjects(office):
    with in_school(office.school):
        return list(Delivery.objects.order_by("pk").values_list("subject", flat=True))


def facts(office):
    with in_school(office.school):
        rows = Fact.objects.filter(type__startswith="admissions.").order_by("at", "pk")
        return [name.removeprefix("admissions.") for name in rows.values_list("type", flat=True)]


def act(office, application, name, body=None, user=None):
    client = office.software(user or office.office)
    return client.send(f"{APPLICATIONS}{application.pk}/{name}/", {} if body is None else body)


# steps and documents


def test_editing_the_procedure_changes_no_running_application(office):
    intake = office.year_group(steps=("Interview",))
    running = office.child(intake)
    actor = system_actor(office.school.pk)
    with in_school(office.school):
        step = intake.steps.get()
        edit_step(step.pk, values={"step_name": "Talk", "is_required": False}, actor=actor)
        create_step(intake.pk, values={"step_name": "Test"}, actor=actor)

    later_one = office.child(intake, first_name="Di")

    with in_school(office.school):
        assert list(running.steps.values_list("step_name", "is_required")) == [("Interview", True)]
        assert list(later_one.steps.order_by("order").values_list("step_name", flat=True)) == ["Talk", "Test"]


def test_approving_with_an_open_required_step_is_refused_with_its_name(office):
    application = office.child(office.year_group(steps=("Interview",)))

    refused = act(office, application, "approve")
    without = act(office, application, "approve", {"complete_open_steps": True})
    done = act(office, application, "approve", {"complete_open_steps": True, "reason": "Known to us"})

    assert (refused.status_code, refused.json()["code"]) == (409, "steps_open")
    assert [each["step_name"] for each in refused.json()["steps"]] == ["Interview"]
    assert (without.status_code, without.json()["code"]) == (422, "reason_required")
    assert (done.status_code, done.json()["status"]) == (200, "offered")
    with in_school(office.school):
        assert application.steps.values_list("status", "done_by").get() == ("completed", office.office.pk)


def test_approving_with_an_open_document_is_refused_with_its_name(office):
    intake = office.year_group(documents=[{"type": "Passport", "required": True}])
    application = office.child(intake)
    with in_school(office.school):
        document = application.documents.get()

    refused = act(office, application, "approve")
    client = office.software(office.office)
    waived = client.send(
        f"{APPLICATIONS}{application.pk}/documents/{document.pk}/",
        {"status": "waived", "remark": "Seen at the desk"},
        method="patch",
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "documents_open")
    assert [each["type"] for each in refused.json()["documents"]] == ["Passport"]
    assert waived.json()["status"] == "waived"
    assert act(office, application, "approve").json()["status"] == "offered"


def test_steps_run_in_order_and_a_failed_one_decides_nothing(office):
    application = office.child(office.year_group(steps=("Interview", "Test")))
    with in_school(office.school):
        interview, test = application.steps.order_by("order")
    client, at = office.software(office.office), f"{APPLICATIONS}{application.pk}/steps/"

    early = client.send(f"{at}{test.pk}/", {"status": "completed"}, method="patch")
    failed = client.send(f"{at}{interview.pk}/", {"status": "failed", "internal_note": "Shy"}, method="patch")
    back = client.send(f"{at}{interview.pk}/", {"status": "in_progress"}, method="patch")

    assert (early.status_code, early.json()["code"]) == (409, "earlier_step_open")
    assert (failed.status_code, failed.json()["status"]) == (200, "failed")
    assert (back.status_code, back.json()["code"]) == (422, "reason_required")
    assert office.status(application) == "under_review"
    assert facts(office)[-1] == "step_changed"


def test_a_family_sees_shown_steps_and_never_a_note_or_a_score(office):
    intake = office.year_group(steps=("Interview",))
    with in_school(office.school):
        values = {"step_name": "Panel", "shown_to_applicant": False}
        create_step(intake.pk, values=values, actor=system_actor(office.school.pk))
    user = office.newcomer()
    application = office.child(intake, user)
    with in_school(office.school):
        step = application.steps.get(step_name="Interview")
        values = {"internal_note": "SECRET", "message": "Monday at nine"}
        set_step(application.pk, step.pk, status="in_progress", values=values, actor=office.actor(office.office))
        Application.objects.filter(pk=application.pk).update(internal_note="SECRET", score=50)

    answer = office.software(user).get(f"{APPLICATIONS}{application.pk}/")

    assert "SECRET" not in answer.content.decode()
    assert [(s["step_name"], s["message"]) for s in answer.json()["steps"]] == [("Interview", "Monday at nine")]
    assert (answer.json()["score"], answer.json()["internal_note"]) == (None, None)


# a course


def test_approving_for_a_course_opens_it_makes_a_student_and_tells_once(office):
    application = office.apply(office.applicant)

    first = act(office, application, "approve", {"message": "Welcome"})
    told = subjects(office)
    again = act(office, application, "approve", {"message": "Welcome"})

    assert (first.json()["status"], first.json()["decision"], again.status_code) == ("approved", "approved", 200)
    assert subjects(office) == told == ["We have your application", "Your application was approved"]
    assert facts(office) == ["submitted", "approved"]
    with in_school(office.school):
        access = LearnerAccess.objects.get()
        roles = Membership.objects.filter(user=office.applicant, school=office.school)
        assert (access.student_id, access.course_id, access.source_id) == (
            application.student_id, office.course.pk, application.pk,
        )  # fmt: skip
        assert set(roles.values_list("role", flat=True)) == {"applicant", "student"}
    status = office.software(office.applicant).get(STATUS).json()
    assert (status["status"], status["decision"], status["next_act"]["key"]) == ("approved", "approved", "enrol")


def test_a_withdrawn_approval_closes_the_course_and_the_first_run_enrols(office):
    one, other = office.apply(office.applicant), office.apply()
    actor = office.actor(office.office)
    with in_school(office.school):
        for each in (one, other):
            approve(each.pk, actor=actor)
        withdraw(one.pk, actor=office.actor(office.applicant))
        note_first_enrolment(other.student_id, actor=actor)

        assert LearnerAccess.objects.get(source_id=one.pk).revoked_at == clock.now()
    assert (office.status(one), office.status(other)) == ("withdrawn", "enrolled")


def test_a_rejection_needs_a_code_and_its_note_never_leaves(office):
    application = office.apply(office.applicant)

    without = act(office, application, "reject", {"message": "Sorry"})
    done = act(
        office, application, "reject", {"reason_code": "no_place", "message": "Sorry", "internal_note": "SECRET"}
    )
    later_on = act(office, application, "approve")

    assert (without.status_code, without.json()["code"]) == (422, "reason_required")
    assert (done.json()["status"], done.json()["reason_code"]) == ("rejected", "no_place")
    assert (later_on.status_code, later_on.json()["code"]) == (409, "already_decided")
    assert later_on.json()["decided_by"] == "Olga Office"
    own = office.software(office.applicant).get(f"{APPLICATIONS}{application.pk}/").content.decode()
    with in_school(office.school):
        mails = " ".join(Delivery.objects.values_list("text", flat=True))
    assert "SECRET" not in own + mails
    assert "Sorry" in own
    assert "Sorry" in mails


def test_who_may_decide(office):
    application = office.apply(office.applicant)
    entering = make_manager(office.school, "Admissions")

    assert act(office, application, "approve", user=entering).status_code == 403
    assert act(office, application, "approve", user=office.applicant).status_code == 403
    assert act(office, application, "start-review", user=entering).status_code == 200
    assert act(office, application, "start-review", user=office.applicant).status_code == 403
    assert act(office, application, "approve", user=office.admin).status_code == 200


def test_a_status_is_changed_by_its_act_only(office):
    application = office.apply(office.applicant)
    client = office.software(office.office)

    answer = client.send(f"{APPLICATIONS}{application.pk}/", {"status": "approved"}, method="patch")
    rated = client.send(f"{APPLICATIONS}{application.pk}/", {"score": 81.5, "priority": 10}, method="patch")

    assert (answer.status_code, answer.json()["code"]) == (422, "read_only_field")
    assert (rated.json()["score"], rated.json()["priority"]) == (81.5, 10)


# places


def test_a_place_is_offered_while_one_is_free_and_a_full_intake_waitlists(office):
    intake = office.year_group(places=1, over_offer=1)
    applications = [office.child(intake, first_name=name) for name in ("Di", "Ed", "Fi")]

    states = [act(office, each, "approve").json()["status"] for each in applications]
    full = act(office, applications[2], "offer")

    assert states == ["offered", "offered", "waitlisted"]
    assert (full.status_code, full.json()["code"], full.json()["taken"], full.json()["places"]) == (
        409, "intake_full", 2, 2,
    )  # fmt: skip


def test_the_waiting_order_is_priority_score_time_and_lot(office):
    intake = office.year_group(places=1)
    with in_school(office.school):
        waiting = [office.child(intake, first_name=name) for name in ("Di", "Ed", "Fi", "Gu")]
        actor = office.actor(office.office)
        for each in waiting:
            waitlist(each.pk, actor=actor)
        rate = dict(zip(waiting, ((100, None, 5), (100, 70, 5), (50, 10, 5), (100, None, 1)), strict=True))
        for each, (priority, score, lot) in rate.items():
            values = {"priority": priority, "score": score, "tie_break": lot, "submitted_at": clock.now()}
            Application.objects.filter(pk=each.pk).update(**values)
        places = [waiting_place(Application.objects.get(pk=each.pk)) for each in waiting]

    assert places == [(4, 4), (2, 4), (1, 4), (3, 4)]


def test_a_decline_proposes_the_first_of_the_list_and_nobody_else(office):
    intake = office.year_group(places=1)
    family = office.newcomer()
    offered, first, second = (office.child(intake, user, first_name=name) for user, name in
                              ((family, "Di"), (None, "Ed"), (None, "Fi")))  # fmt: skip
    for minutes, each in enumerate((offered, first, second)):
        with in_school(office.school):
            at = clock.now() + timedelta(minutes=minutes)
            Application.objects.filter(pk=each.pk).update(submitted_at=at)
        act(office, each, "approve")

    answer = act(office, offered, "decline", user=family)

    assert answer.json()["status"] == "declined"
    with in_school(office.school):
        news = Notification.objects.filter(template="admissions.place_free")
        assert {row.link for row in news} == {f"/applications/{first.pk}/"}
        proposed = find_proposed(intake)
        assert proposed is not None
        assert proposed.pk == first.pk
    assert [office.status(each) for each in (first, second)] == ["waitlisted", "waitlisted"]


# offers


def test_an_offer_ends_with_its_last_day_by_the_clock_of_the_school(office):
    """Friday the 20th plus 14 days is 4 December; London ends it at midnight."""
    family = office.newcomer()
    application = office.child(office.year_group(), family)
    got = act(office, application, "approve").json()

    assert got["offer"]["expires_at"] == "2026-12-05T00:00:00Z"
    with clock.frozen(clock.now().replace(month=12, day=4, hour=23, minute=59)):
        assert office.software(family).get(f"{APPLICATIONS}{application.pk}/").json()["status"] == "offered"
    with clock.frozen(clock.now().replace(month=12, day=5, hour=0, minute=0)):
        seen = office.software(family).get(f"{APPLICATIONS}{application.pk}/").json()
        late = act(office, application, "accept", user=family)
    assert (seen["status"], seen["offer"]["state"]) == ("expired", "expired")
    assert (late.status_code, late.json()["code"]) == (409, "offer_expired")
    assert office.status(application) == "offered"  # no job has run: the clock alone said so


def test_the_job_writes_down_what_is_over_once_and_reminds_three_days_before(office):
    application = office.child(office.year_group(places=1), office.newcomer())
    act(office, application, "approve")
    actor = system_actor(office.school.pk)

    with in_school(office.school):
        assert remind_of_offers(actor=actor) == 0
        with later(days=12):
            assert (remind_of_offers(actor=actor), remind_of_offers(actor=actor)) == (1, 0)
        with later(days=15):
            assert (expire_offers(actor=actor), expire_offers(actor=actor)) == (1, 0)
        assert Offer.objects.get().state == "expired"
    assert office.status(application) == "expired"
    assert facts(office)[-1] == "offer_expired"


def test_accepting_is_the_familys_and_the_first_answer_counts(office):
    family = office.newcomer()
    application = office.child(office.year_group(), family)
    act(office, application, "approve")

    by_office = act(office, application, "accept")
    first = act(office, application, "accept", user=family)
    second = act(office, application, "decline", user=family)

    assert (by_office.status_code, first.json()["status"]) == (403, "approved")
    assert (second.status_code, second.json()["code"]) == (409, "already_decided")
    assert facts(office)[-2:] == ["offer_answered", "approved"]
    assert subjects(office).count("Your answer has arrived") == 2  # the one who applied and the mother who is named


def test_taking_an_offer_back_needs_the_school_admin_and_a_reason(office):
    application = office.child(office.year_group())
    act(office, application, "approve")

    assert act(office, application, "rescind", {"reason": "Wrong child"}).status_code == 403
    assert act(office, application, "rescind", user=office.admin).json()["code"] == "reason_required"
    done = act(office, application, "rescind", {"reason": "Wrong child"}, user=office.admin)
    assert (done.json()["status"], done.json()["offer"]["state"]) == ("rescinded", "rescinded")


def test_what_was_over_is_taken_up_again_by_an_admin_with_a_reason(office):
    application = office.apply(office.applicant)
    act(office, application, "reject", {"reason_code": "other"})

    assert act(office, application, "start-review", {"reason": "A mistake"}).status_code == 403
    assert act(office, application, "start-review", user=office.admin).json()["code"] == "reason_required"
    done = act(office, application, "start-review", {"reason": "A mistake"}, user=office.admin).json()
    assert (done["status"], done["decision"]) == ("under_review", None)


# what is held back


@pytest.fixture
def held(office):
    """A course intake whose decisions become visible in an hour."""
    with in_school(office.school):
        values = {"decisions_visible_at": clock.now() + timedelta(hours=1)}
        office.general.__class__.objects.filter(is_standing=True).update(**values)
    return office.apply(office.applicant)


def test_a_held_decision_is_seen_by_the_clock_alone_one_second_after(office, held):
    act(office, held, "approve", {"message": "Welcome"})
    visible = clock.now() + timedelta(hours=1)
    question = "{ myApplications { edges { node { status decision message } } } }"

    def seen():
        client = office.software(office.applicant)
        status = client.get(STATUS).json()
        listed = client.get(f"{APPLICATIONS}?status=approved").json()["items"]
        record = client.get("/api/v1/students/me/").json()["application"]["status"]
        answer = client.send("/graphql", {"query": question}).json()
        graph = answer["data"]["myApplications"]["edges"][0]["node"]["status"]
        with in_school(office.school):
            open_now = LearnerAccess.objects.filter(granted_at__lte=clock.now()).count()
            journey = find_application_of(held.student_id, actor=office.actor(office.applicant))
        return {status["status"], record, graph, journey.visible_status}, status["message"], len(listed), open_now

    with clock.frozen(visible - timedelta(seconds=1)):
        before = seen()
        mails, told = subjects(office), facts(office)
    with clock.frozen(visible + timedelta(seconds=1)):
        after = seen()  # with every worker stopped: no job has run

    assert before == ({"under_review"}, "", 0, 0)
    assert (mails, told) == (["We have your application"], ["submitted"])
    assert after == ({"approved"}, "Welcome", 1, 1)


def test_the_job_tells_what_became_visible_once(office, held):
    act(office, held, "approve")
    actor = system_actor(office.school.pk)

    with in_school(office.school):
        assert announce_due(actor=actor) == 0
        with later(hours=1):
            assert (announce_due(actor=actor), announce_due(actor=actor)) == (1, 0)
        assert Membership.objects.filter(user=office.applicant, role="student").count() == 1
    assert facts(office) == ["submitted", "approved"]
    assert subjects(office)[-1] == "Your application was approved"


def test_a_refusal_tells_a_family_nothing_that_is_held_back(office, held):
    with in_school(office.school):
        reject(held.pk, reason_code="criteria", actor=office.actor(office.office))

    answer = act(office, held, "accept", user=office.applicant)

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "wrong_state", "under_review")
    assert "eject" not in answer.content.decode()


# many at once, and moving


def test_many_are_previewed_and_then_decided_each_by_itself(office):
    intake = office.year_group(places=1)
    one, other, third = (office.child(intake, office.newcomer(), first_name=name) for name in ("Di", "Ed", "Fi"))
    with in_school(office.school):
        withdraw(third.pk, actor=office.actor(office.admin))
    client = office.software(office.office)
    body = {"applications": [str(each.pk) for each in (one, other, third)], "act": "approve"}

    preview = client.send(f"{APPLICATIONS}decisions/", body | {"preview": True}).json()
    before = [office.status(each) for each in (one, other, third)]
    done = client.send(f"{APPLICATIONS}decisions/", body).json()

    assert (preview["changed"], preview["mails"]) == (done["changed"], done["mails"]) == (2, 2)
    assert before == ["under_review", "under_review", "withdrawn"]
    assert [(r["after"], r["code"]) for r in done["results"]] == [
        ("offered", ""), ("waitlisted", ""), ("withdrawn", "wrong_state"),
    ]  # fmt: skip
    assert [office.status(each) for each in (one, other, third)] == ["offered", "waitlisted", "withdrawn"]


def test_moving_keeps_number_answers_and_steps_of_the_same_name(office):
    here = office.year_group(steps=("Interview", "Test"))
    there = office.year_group(name="Year 1, spring", steps=("Visit", "Interview"))
    application = office.child(here)
    with in_school(office.school):
        interview = application.steps.get(step_name="Interview")
        actor = office.actor(office.office)
        set_step(application.pk, interview.pk, status="completed", actor=actor)
        moved = move_application(application.pk, intake_id=there.pk, actor=actor)

        steps = list(moved.steps.order_by("order").values_list("step_name", "status"))
        assert steps == [("Visit", "pending"), ("Interview", "completed")]
        assert moved.student.registration_number == application.student.registration_number


def test_bulk_takes_no_more_than_five_hundred_and_only_acts_it_knows(office):
    with in_school(office.school):
        for ids, name in (([], "approve"), ([office.course.pk], "admit")):
            with pytest.raises(RuleError):
                decide_many(ids, act=name, actor=office.actor(office.office))


def test_a_draft_and_an_application_of_another_intake_take_no_place(office):
    one, other = office.year_group(places=1), office.year_group(name="Other", places=1)
    for intake in (one, other):
        assert act(office, office.child(intake), "approve").json()["status"] == "offered"


def test_offering_and_accepting_for_a_course_opens_it_on_acceptance(office):
    with in_school(office.school):
        office.general.__class__.objects.filter(is_standing=True).update(needs_acceptance=True)
    application = office.apply(office.applicant)
    with in_school(office.school):
        offer_place(application.pk, verdict=Verdict(offer_days=3), actor=office.actor(office.office))
        before = LearnerAccess.objects.count()
        accept_offer(application.pk, actor=office.actor(office.applicant))
        assert (before, LearnerAccess.objects.count()) == (0, 1)
        with pytest.raises(RuleError):
            decline_offer(application.pk, actor=office.actor(office.applicant))


def test_the_standing_intake_keeps_its_nature(office):
    with in_school(office.school), pytest.raises(RuleError):
        edit_intake(office.general.pk, values={"places": 3}, actor=system_actor(office.school.pk))
