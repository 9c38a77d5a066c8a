"""Stopping messages by the link in one of them: no account needed, one touch, also from the mail program itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lyceum.domains.notifications.rules.deliveries import read_stop, stop_by_link


@csrf_exempt  # the mail program sends it (RFC 8058), and the link itself is the proof
@require_http_methods(["GET", "POST"])
def stop_page(request: HttpRequest, link: str) -> HttpResponse:
    """Ask, then stop."""
    if request.method == "POST":
        return render(request, "notifications/stop.html", {"stopped": True, "school": stop_by_link(link)})
    read_stop(link)
    return render(request, "notifications/stop.html", {"stopped": False})
