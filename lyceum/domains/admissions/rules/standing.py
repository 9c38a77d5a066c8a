"""Rating an application, and reading what was handed in with it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.models import Application, ApplicationDocument
from lyceum.domains.admissions.policies import refuse_blind, visible_applications
from lyceum.domains.admissions.rules.refusals import ReadOnlyFieldError
from lyceum.domains.admissions.rules.states import get_for_act
from lyceum.domains.journal.rules import Target, changed_fields, record


@transaction.atomic
def rate_application(
    application_id: UUID, *, values: Mapping[str, Any], status: bool = False, actor: Actor
) -> Application:
    """Give an application its score and priority in the waiting order. A status is changed by its act."""
    actor.require(Permission.APPLICATIONS_VIEW)
    application = get_for_act(application_id, permission=Permission.APPLICATIONS_VIEW, actor=actor)
    if status:
        message = _("Use start-review, approve, offer, waitlist, reject, withdraw or admit.")
        raise ReadOnlyFieldError(message, errors=[FieldError("/status", "read_only_field", message)])
    actor.require_all(Permission.STEPS_SET)
    kept = dict(values)
    if kept.get("score") is not None:
        kept["score"] = Decimal(str(kept["score"])).quantize(Decimal("0.01"))
        if not 0 <= kept["score"] <= 100:
            raise invalid_field("/score", "range", _("A score lies between 0 and 100."))
    if "priority" in kept and kept["priority"] is None:
        kept["priority"] = 100
    changes = changed_fields(application, kept)
    if changes:
        application.save(update_fields=[*changes, "updated_at"])
        record("admissions.application.rate", target=Target.of(application), changes=changes, actor=actor)
    return application


def get_document_file(application_id: UUID, document_id: UUID, *, actor: Actor) -> ApplicationDocument:
    """What was handed in, for those who may see the application. That it was read is recorded."""
    actor.require(Permission.APPLICATIONS_VIEW)
    seen = Application.objects.filter(visible_applications(actor), pk=application_id)
    rows = ApplicationDocument.objects.select_related("application__intake").filter(application__in=seen)
    document = rows.filter(pk=document_id).exclude(stored="").first()
    if document is None:
        raise NotFoundError
    refuse_blind(document.application, actor)
    target = Target("admissions.application", application_id, document.type)
    record("admissions.document.view", target=target, actor=actor)
    return document
