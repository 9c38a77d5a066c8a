"""What learners and families are told of work: that it is due, was marked, or came back."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.tests.rolling import work as do_jobs
from lyceum.domains.learning.rules.assignments.marking import reassign_submission
from lyceum.domains.learning.rules.assignments.releasing import release_marks
from lyceum.domains.learning.rules.assignments.reminding import remind_pending
from lyceum.domains.learning.tests.assignments.conftest import DUE, Friday, at
from lyceum.domains.notifications.models import Notification
from lyceum.testing.factories import NOW, guardian_of, in_school


def told_since(friday: Friday, count: int) -> list[tuple[str, str]]:
    """Who was told what after the jobs were done, but for the first of it."""
    do_jobs()
    with in_school(friday.school):
        rows = Notification.objects.order_by("created_at", "pk").values_list("name", "message")
        return list(rows[count:])


def test_marks_and_work_that_came_back_are_told_once_and_nothing_while_it_is_held_back(friday: Friday):
    guardian_of(friday.students[2], name="Gloria Guardian")
    essay, poem = friday.work(), friday.work(title="Poem", release="held")
    friday.hand_in(essay)
    friday.hand_in(poem)
    ada, cleo = (friday.students[n].person for n in (0, 2))

    friday.mark(essay)
    friday.mark(essay, 91)
    friday.mark(poem)
    friday.mark(essay, 80, student=2, on_paper=True)
    assert sorted(told_since(friday, 0)) == [
        (ada.full_name, "Essay was marked."),
        ("Gloria Guardian", f"{cleo.called}: Essay was marked."),
    ]

    with in_school(friday.school):
        reassign_submission(friday.of(essay).pk, feedback="Once more", actor=friday.who("teacher"))
    assert told_since(friday, 2) == [(ada.full_name, "Essay came back to you. Read what is to be done again.")]
    with in_school(friday.school):
        release_marks(poem.pk, actor=friday.who("teacher"))
    assert told_since(friday, 3) == [(ada.full_name, "Poem was marked.")]
    with clock.frozen(NOW + timedelta(hours=1)):
        friday.hand_in(essay, "Better")
        friday.mark(essay, 95)
    assert told_since(friday, 4) == [(ada.full_name, "Essay was marked.")]
    assert told_since(friday, 5) == []


def test_reminders_go_to_those_still_pending_once_for_each_of_two_days(friday: Friday):
    work = friday.work()
    friday.hand_in(work, name="ben")
    actor = system_actor(friday.school.pk)
    sent = []
    for before in (49, 47, 46, 23, 1, -1):
        with at(DUE - timedelta(hours=before)), in_school(friday.school):
            remind_pending(actor=actor)
            sent.append(Notification.objects.count())

    assert sent == [0, 1, 1, 2, 2, 2]  # Cleo has neither an account nor family: nobody to tell
    with in_school(friday.school):
        told = Notification.objects.order_by("pk").first()
        assert told is not None
        assert told.user_id == friday.users["student"].pk
        assert "Essay is due on Fri 27 Nov, 16:00" in told.message
