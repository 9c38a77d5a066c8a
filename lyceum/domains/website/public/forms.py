"""The forms of the site: a message, a review, and taking a review back. Their pages are made anew each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.forms import shown_errors
from lyceum.core.language import speaking
from lyceum.core.schools import school_scope
from lyceum.domains.learning.queries import list_public_courses
from lyceum.domains.website.memory import Rendered
from lyceum.domains.website.public.answers import (
    host_of_request,
    not_there,
    origin_of,
    render_page,
    respond,
    visitor,
)
from lyceum.domains.website.public.content import Content
from lyceum.domains.website.public.shell import Shell, catalogue_language, read_shell
from lyceum.domains.website.rules.messages import send_message
from lyceum.domains.website.rules.reviews import review_of_token, withdraw_review, withdraw_token, write_review
from lyceum.domains.website.rules.tokens import FormTokenError, new_token, spend_token

CONTACT, REVIEW = "contact", "review"
TRAP = "website"
"""The name of the field that people do not see."""
MOST_COURSES = 200
Show = Callable[[Shell, Actor], Content]


@csrf_exempt  # no cookie is looked at here, so there is nothing to forge: the form's own token is asked for
@require_http_methods(["GET", "POST"])
def contact_page(request: HttpRequest) -> HttpResponse:
    """A message to the school."""

    def act(actor: Actor) -> str:
        spend_token(request.POST.get("token", "")[:500], CONTACT)
        send_message(
            name=request.POST.get("name", ""),
            email=request.POST.get("email", ""),
            subject=request.POST.get("subject", ""),
            message=request.POST.get("message", ""),
            phone=request.POST.get("phone", ""),
            page=request.POST.get("page", "")[:200],
            trapped=bool(request.POST.get(TRAP)),
            actor=actor,
        )
        return "/contact/thanks/"

    def show(_shell: Shell, _actor: Actor) -> Content:
        return Content("contact", _("Contact"), {"from_page": request.GET.get("from", "")[:200]})

    return _answer(request, CONTACT, show, act)


@csrf_exempt  # as above
@require_http_methods(["GET", "POST"])
def review_page(request: HttpRequest) -> HttpResponse:
    """Write a review."""
    taken: dict[str, str] = {}

    def act(actor: Actor) -> str:
        spend_token(request.POST.get("token", "")[:500], REVIEW)
        row = write_review(
            author_name=request.POST.get("author_name", ""),
            author_email=request.POST.get("author_email", ""),
            rating=_stars(request),
            body=request.POST.get("body", ""),
            course=_course(request),
            trapped=bool(request.POST.get(TRAP)),
            actor=actor,
        )
        taken["withdraw"] = f"/reviews/withdraw/{withdraw_token(row)}/"
        return ""

    def show(_shell: Shell, actor: Actor) -> Content:
        if taken:
            return Content("review_thanks", _("Thank you"), dict(taken), is_hidden=True)
        courses: Any = list_public_courses(actor).prefetch_related(None).values_list("pk", "name")
        return Content(
            "review_write", _("Write a review"), {"courses": [(str(pk), name) for pk, name in courses[:MOST_COURSES]]}
        )

    return _answer(request, REVIEW, show, act)


@csrf_exempt  # whoever has the link may do it
@require_http_methods(["GET", "POST"])
def withdraw_page(request: HttpRequest, withdraw: str) -> HttpResponse:
    """Take one's own review back."""

    def act(actor: Actor) -> str:
        withdraw_review(withdraw, actor=actor)
        return ""

    def show(_shell: Shell, _actor: Actor) -> Content:
        context = {"row": review_of_token(withdraw)}
        return Content("review_withdraw", _("Take the review back"), context, is_hidden=True)

    return _answer(request, "", show, act)


def _answer(request: HttpRequest, form: str, show: Show, act: Callable[[Actor], str]) -> HttpResponse:
    """Show a form, or do its act; a refusal keeps what was typed and says why."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    actor = visitor(request, host.school_id)
    error: RuleError | None = None
    if request.method == "POST":
        try:
            with school_scope(host.school_id):
                leads = act(actor)
        except RuleError as refused:
            error = refused
        else:
            if leads:
                return HttpResponseRedirect(leads, status=303)
    try:
        page = _shown(request, form, show, actor, error, origin_of(request, host))
    except NotFoundError:
        page = not_there(None)
    response = respond(request, page)
    if error is not None and "retry_after" in error.extra:
        response["Retry-After"] = str(error.extra["retry_after"])
    return response


def _shown(
    request: HttpRequest, form: str, show: Show, actor: Actor, error: RuleError | None, origin: str
) -> Rendered:  # fmt: skip
    with school_scope(actor.school):
        shell = read_shell(language="", origin=origin, drafts=form == "")
        if shell is None:
            return not_there(None)
        with speaking(catalogue_language(shell.language)):
            content = show(shell, actor)
            token = request.POST.get("token", "")[:500]
            if form and (not token or isinstance(error, FormTokenError)):
                token = new_token(form)
            extra = {
                "typed": request.POST,
                "token": token,
                "trap": TRAP,
                "errors": shown_errors(error) if error else (),
                "title": f"{_('Error:')} {content.title}" if error else content.title,
                "heading": content.title,
                "is_done": request.method == "POST" and error is None,
            }
            made = render_page(shell, content, request.path, extra=extra)
    status = error.status if error else 200
    return Rendered(made.content, made.kind, "", status=status, language=made.language, seconds=0)


def _stars(request: HttpRequest) -> int:
    given = request.POST.get("rating", "")
    if given not in ("1", "2", "3", "4", "5"):
        raise invalid_field("/rating", "required", _("Choose 1 to 5 stars."))
    return int(given)


def _course(request: HttpRequest) -> UUID | None:
    given = request.POST.get("course", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise invalid_field("/course", "choice", _("Choose one of the list.")) from None
