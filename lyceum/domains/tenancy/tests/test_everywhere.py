import pytest

from lyceum.core.schools import current_school
from lyceum.domains.tenancy.everywhere import in_every_school
from lyceum.testing.factories import make_school


@pytest.mark.django_db
def test_what_fails_in_one_school_hinders_no_other_and_is_told_at_the_end():
    schools = [make_school(f"School {n}") for n in range(3)]
    closed = make_school("Closed", slug="closed")
    type(closed).objects.filter(pk=closed.pk).update(status="suspended")
    served: list[int] = []

    def serve(*, actor):
        assert actor.school == current_school()
        if actor.school == schools[1].pk:
            raise ValueError("no")
        served.append(actor.school)

    with pytest.raises(ExceptionGroup) as raised:
        in_every_school(serve)

    assert sorted(served) == [schools[0].pk, schools[2].pk]
    assert [str(each) for each in raised.value.exceptions] == ["no"]
