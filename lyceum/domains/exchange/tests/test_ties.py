"""Adults and the students they belong to, as sets of files tell of them."""

import pytest

from lyceum.domains.exchange.models import ImportRow
from lyceum.domains.exchange.tests.bringing import apply, changed, oneroster, people_in, preview
from lyceum.testing.factories import in_school, make_school

BOTH_SIDES = changed("users", "g1", agentSourcedIds="s1,s2")
"""The students name their mother, and she names both of them."""


@pytest.mark.django_db
def test_a_link_that_both_sides_name_is_counted_and_made_once():
    school = make_school("Hill School")

    run = preview(school, oneroster(users=BOTH_SIDES))
    with in_school(school):
        rows = list(ImportRow.objects.filter(run=run, kind="guardian").order_by("key").values_list("key", "action"))
    apply(run)

    assert run.counts["guardian"] == {"create": 2}
    assert rows == [("s1|g1", "create"), ("s2|g1", "create")]
    assert people_in(school)["guardians"] == 2


@pytest.mark.django_db
def test_a_link_that_both_sides_name_changes_nothing_the_second_time():
    school = make_school("Hill School")
    apply(preview(school, oneroster(users=BOTH_SIDES)))

    again = preview(school, oneroster(users=BOTH_SIDES))

    assert again.counts["guardian"] == {"skip": 2}
