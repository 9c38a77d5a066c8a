"""Courses, runs, learners, certificates and assignments."""

from lyceum.domains.learning.models.assignments import (
    Assignment,
    AssignmentAttachment,
    AssignmentClass,
    AttemptFile,
    Submission,
    SubmissionAttempt,
)
from lyceum.domains.learning.models.certificates import (
    Certificate,
    IssuerKey,
    PublishedCertificate,
)
from lyceum.domains.learning.models.content import (
    CourseLesson,
    Material,
    MaterialOpening,
    Module,
)
from lyceum.domains.learning.models.courses import (
    Course,
    CourseCategory,
    Prerequisite,
)
from lyceum.domains.learning.models.learners import (
    Completion,
    CourseEnrolment,
    LearnerAccess,
    LearnerNames,
    LessonProgress,
)
from lyceum.domains.learning.models.schedules import (
    CoInstructor,
    LearningSchedule,
    Meeting,
)
from lyceum.domains.learning.models.settings import (
    LearningSettings,
)

__all__ = [
    "Assignment",
    "AssignmentAttachment",
    "AssignmentClass",
    "AttemptFile",
    "Certificate",
    "CoInstructor",
    "Completion",
    "Course",
    "CourseCategory",
    "CourseEnrolment",
    "CourseLesson",
    "IssuerKey",
    "LearnerAccess",
    "LearnerNames",
    "LearningSchedule",
    "LearningSettings",
    "LessonProgress",
    "Material",
    "MaterialOpening",
    "Meeting",
    "Module",
    "Prerequisite",
    "PublishedCertificate",
    "Submission",
    "SubmissionAttempt",
]
