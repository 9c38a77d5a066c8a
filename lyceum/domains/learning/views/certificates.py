"""Certificates on pages: one's own and one's children's, all of the school's, and each of them."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.certificate_answers import answer_badge, answer_pdf
from lyceum.domains.learning.certificate_policies import decides_for, is_own
from lyceum.domains.learning.certificate_queries import (
    get_certificate,
    get_issuing_state,
    list_certificates,
    list_own_certificates,
    verified,
)
from lyceum.domains.learning.certificate_words import REASON_WORDS, STATUSES, tone_of
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.credentials import verification_address
from lyceum.domains.learning.rules.certificates.identity import may_hash_email, set_email_hash
from lyceum.domains.learning.rules.certificates.issuing import reissue_certificate
from lyceum.domains.learning.rules.certificates.names import set_name_visibility
from lyceum.domains.learning.rules.certificates.revoking import REASONS, revoke_certificate

CERTIFICATES: Table[Certificate] = Table(
    name="certificates",
    label=_("Certificates"),
    columns=(
        Column("name", _("Name"), lambda row: row.recipient_name, sort=("recipient_name",)),
        Column("course", _("Course"), lambda row: row.course_name, sort=("course_name",)),
        Column("issued", _("Issued"), lambda row: row.issued_at, sort=("issued_at",)),
        Column("number", _("Number"), lambda row: row.serial, sort=("serial",), is_number=True),
        Column("state", _("State"), lambda row: STATUSES[verified(row).status]),
        Column("code", _("Code"), lambda row: row.code, is_extra=True),
    ),
    href=lambda row: f"/certificates/{row.pk}/",
    order=("-serial", "pk"),
)


@require_http_methods(["GET", "POST"])
def certificates_page(request: HttpRequest) -> HttpResponse:
    """All certificates of the school; and what keeps the next ones back, if anything does."""
    actor = actor_of(request)
    actor.require_all(Permission.LEARNERS_VIEW)
    state = get_issuing_state(actor) if actor.reaches_all(Permission.CERTIFICATES_DECIDE) else None
    status = request.GET.get("state", "")
    return answer_list(
        request,
        CERTIFICATES,
        list_certificates(actor, text=request.GET.get("q", "").strip()[:200], status=status if status in _KEPT else ""),
        template="learning/certificates.html",
        filters=(
            Filter("q", _("Name, course or code")),
            Filter("state", _("State"), [(each, STATUSES[_KEPT[each]]) for each in _KEPT], every=_("every state")),
        ),
        note_export=partial(note_export, CERTIFICATES.name, request.GET.urlencode(), actor=actor),
        context={"state": state},
    )


_KEPT = {"issued": "valid", "revoked": "revoked", "superseded": "superseded"}
"""What the row says, and the word for it."""


@require_GET
def own_certificates_page(request: HttpRequest) -> HttpResponse:
    """One's own certificates and one's children's: to download, to share, to show or hide the name."""
    actor = actor_of(request)
    rows = [_card(row) for row in list_own_certificates(actor)]
    return render(request, "learning/own_certificates.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def certificate_page(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate: its files, who sees the name, and for the office taking it back or issuing it anew."""
    actor = actor_of(request)
    row = get_certificate(certificate_id, actor=actor)

    def act() -> Done:
        posted = request.POST.get("act", "")
        if posted == "reissue":
            new = reissue_certificate(
                certificate_id, recipient_name=request.POST.get("recipient_name", ""), actor=actor
            )
            return Done(
                f"/certificates/{new.pk}/", Toast(gettext("This is the new certificate. The old one leads here."))
            )
        if posted == "revoke":
            code, reason = request.POST.get("reason_code", ""), request.POST.get("reason", "")
            revoke_certificate(certificate_id, reason_code=code, reason=reason, actor=actor)
            return Done(request.path, Toast(gettext("Revoked. Whoever checks it now sees that.")))
        if posted in ("hash", "forget"):
            set_email_hash(certificate_id, agreed=posted == "hash", actor=actor)
            return Done(request.path, Toast(gettext("The credential is signed anew. Fetch the badge again.")))
        set_name_visibility(certificate_id, is_public=posted == "show", actor=actor)
        words = gettext("Whoever has the code sees the name.") if posted == "show" else gettext("The name is hidden.")
        return Done(request.path, Toast(words))

    def context() -> dict[str, Any]:
        shown = get_certificate(certificate_id, actor=actor)
        decides = decides_for(shown, actor)
        return {
            **_card(shown),
            "may_show": decides and not row.name_is_public,
            "may_hide": row.name_is_public and (decides or is_own(row, actor)),
            "may_hash": shown.status == shown.Status.ISSUED and may_hash_email(shown, actor),
            "guardian_decides": is_own(row, actor) and not decides,
            "may_decide": actor.reaches_all(Permission.CERTIFICATES_DECIDE) and row.status == row.Status.ISSUED,
            "is_family": list_own_certificates(actor).filter(pk=certificate_id).exists(),
            "run": shown.completion.enrolment.schedule_id if shown.completion.enrolment else None,
            "sees_all": actor.reaches_all(Permission.LEARNERS_VIEW),
            "reasons": list(REASONS.items()),
        }

    return submitted(request, "learning/certificate.html", context, act)


@require_GET
def certificate_pdf(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate on paper."""
    return answer_pdf(get_certificate(certificate_id, actor=actor_of(request)))


@require_GET
def certificate_badge(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The badge as a picture that carries the credential."""
    return answer_badge(get_certificate(certificate_id, actor=actor_of(request)), kind="png")


@require_GET
def certificate_drawing(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The badge as a drawing that carries the credential."""
    return answer_badge(get_certificate(certificate_id, actor=actor_of(request)), kind="svg")


def _card(row: Certificate) -> dict[str, Any]:
    status = verified(row).status
    return {
        "row": row,
        "status": STATUSES[status],
        "tone": tone_of(status),
        "why": REASON_WORDS.get(row.reason_code, ""),
        "address": verification_address(row, row.key),
    }
