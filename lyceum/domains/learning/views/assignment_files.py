"""Files beside assignments and work, as attachments."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from lyceum.core.files import answer_file
from lyceum.core.rest import actor_of
from lyceum.domains.learning.assignment_queries import get_attachment, get_attempt_file
from lyceum.domains.learning.rest.submissions import answer_zip


@require_GET
def attachment(request: HttpRequest, work_id: UUID, attachment_id: UUID) -> HttpResponse:
    """A file beside an assignment."""
    row = get_attachment(work_id, attachment_id, actor=actor_of(request))
    return answer_file(row.stored, name=row.name, kind=row.kind)


@require_GET
def attempt_file(request: HttpRequest, submission_id: UUID, attempt_file_id: UUID) -> HttpResponse:
    """A file that was handed in, or that its learner has in the draft."""
    row = get_attempt_file(submission_id, attempt_file_id, actor=actor_of(request))
    return answer_file(row.stored, name=row.name, kind=row.kind)


@require_GET
def archive(request: HttpRequest, work_id: UUID) -> StreamingHttpResponse:
    """Everything that was handed in, in one file."""
    return answer_zip(request, work_id)
