"""Where carriers report what became of messages, and hand over texts that came in."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lyceum.core.aftermath import afterwards
from lyceum.core.errors import NotFoundError
from lyceum.core.schools import crossing_to
from lyceum.domains.notifications.hooks import Heard, NotProvenError, Reader
from lyceum.domains.notifications.hooks.mail import read_mailgun, read_mailjet, read_sendgrid, read_ses
from lyceum.domains.notifications.hooks.sms import read_twilio, read_vonage
from lyceum.domains.notifications.hooks.sns import read_sns
from lyceum.domains.notifications.rules.hooks import (
    BY_PASSWORD,
    ForgedHookError,
    Reporter,
    count_forged,
    find_place,
    get_reporting,
    proof_of,
    take_reports,
)
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.notifications.rules.installation import is_for_all, proof_for_all, take_for_all
from lyceum.domains.notifications.rules.queue import confirm_topic

READERS: dict[str, Reader] = {
    "mailjet": read_mailjet,
    "sendgrid": read_sendgrid,
    "mailgun": read_mailgun,
    "ses": read_ses,
    "twilio": read_twilio,
    "vonage": read_vonage,
    "sns": read_sns,
}


@csrf_exempt  # a carrier sends it, and proves itself in its own way
@require_http_methods(["HEAD", "POST"])
def report(request: HttpRequest, carrier: str, hook: str) -> HttpResponse:
    """Hear a carrier that proves itself. Whoever only tries whether somebody is there changes nothing."""
    if carrier not in READERS:
        raise NotFoundError
    if is_for_all(carrier, hook):
        return _report_for_all(request, carrier)
    place = find_place(hook)
    if request.method == "HEAD":
        return HttpResponse()
    with crossing_to(place.school_id):
        provider = get_reporting(place, kind=carrier)
        try:
            heard = READERS[carrier](request, proof_of(provider))
        except NotProvenError as error:
            if carrier in BY_PASSWORD and "Authorization" not in request.headers:
                return _asks_for_password()  # some give it only when they are asked
            afterwards(partial(count_forged, place))
            raise ForgedHookError("The carrier's signature is missing or wrong.") from error
        reporter = Reporter(carrier, provider)
        take_reports(reporter, heard.reports)
        for text in heard.texts:
            take_text(reporter, text)
        if heard.confirm:
            confirm_topic(heard.confirm)
    return _answer(heard)


def _report_for_all(request: HttpRequest, carrier: str) -> HttpResponse:
    """The installation's carrier: no school is known before its messages are found."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        heard = READERS[carrier](request, proof_for_all(carrier))
    except NotProvenError as error:
        if carrier in BY_PASSWORD and "Authorization" not in request.headers:
            return _asks_for_password()
        raise ForgedHookError("The carrier's signature is missing or wrong.") from error
    take_for_all(carrier, heard)
    if heard.confirm:
        confirm_topic(heard.confirm)
    return _answer(heard)


def _asks_for_password() -> HttpResponse:
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Lyceum"'})


def _answer(heard: Heard) -> HttpResponse:
    return HttpResponse(heard.answer, content_type=heard.answer_type)
