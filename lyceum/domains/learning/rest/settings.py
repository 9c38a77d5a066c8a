"""What a school settled about learning, over REST."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.permissions import Permission
from lyceum.core.rest import Strict, actor_of, left_out
from lyceum.domains.learning.models import LearningSettings
from lyceum.domains.learning.rest.router import router
from lyceum.domains.learning.rules.settings import FIELDS, edit_learning_settings
from lyceum.domains.learning.settings import school_settings


class LearningSettingsOut(Schema):
    """What the school settled."""

    lesson_access_default: str
    roll_grants_learning: bool
    instructors_author_content: bool
    self_enrol_min_age: int
    waiting_list_automatic: bool = Field(description="Otherwise a free place is offered for 48 hours.")
    payment_hold_hours: int
    materials_after_completion_days: int
    certificate_on_completion: bool
    assignment_max_file_mb: int
    late_grace_minutes: int


class LearningSettingsPatch(Strict):
    """Some of it."""

    lesson_access_default: str = Field(default_factory=left_out, max_length=8)
    roll_grants_learning: bool = Field(default_factory=left_out)
    instructors_author_content: bool = Field(default_factory=left_out)
    self_enrol_min_age: int = Field(default_factory=left_out, ge=0, le=99)
    waiting_list_automatic: bool = Field(default_factory=left_out)
    payment_hold_hours: int = Field(default_factory=left_out, ge=1, le=1_000)
    materials_after_completion_days: int = Field(default_factory=left_out, ge=0, le=30_000)
    certificate_on_completion: bool = Field(default_factory=left_out)
    assignment_max_file_mb: int = Field(default_factory=left_out, ge=1, le=50)
    late_grace_minutes: int = Field(default_factory=left_out, ge=0, le=1_440)


@router.get("learning-settings/", response=LearningSettingsOut, operation_id="getLearningSettings")
def get(request: HttpRequest) -> dict[str, Any]:
    """What the school settled about learning."""
    actor_of(request).require_all(Permission.COURSES_EDIT)
    return _shape(school_settings())


@router.patch("learning-settings/", response=LearningSettingsOut, operation_id="changeLearningSettings")
def change(request: HttpRequest, body: LearningSettingsPatch) -> dict[str, Any]:
    """Settle something else."""
    return _shape(edit_learning_settings(values=body.dict(exclude_unset=True), actor=actor_of(request)))


def _shape(row: LearningSettings) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
