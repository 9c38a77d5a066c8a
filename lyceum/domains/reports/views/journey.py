"""Where somebody is on their way, and what they can do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lyceum.core.forms import asked_id
from lyceum.core.rest import actor_of
from lyceum.domains.reports.journey import read_journey


@require_GET
def journey_page(request: HttpRequest) -> HttpResponse:
    """One line of state, what to do next, and the ten steps."""
    actor = actor_of(request)
    found = read_journey(actor, student_id=asked_id(request, "student"))
    is_own = found.student is None or found.student.person.user_id == actor.user_id
    return render(request, "reports/journey.html", {"journey": found, "is_own": is_own})
