"""The rules of classes, for those who use them: classes themselves, who is in them, who teaches them."""

from lyceum.domains.academics.rules.class_details import (
    ClassInUseError,
    NewClass,
    create_class,
    create_classes,
    delete_class,
    edit_class,
    end_class,
    get_class_for_edit,
    remove_class,
)
from lyceum.domains.academics.rules.members import (
    ClassFullError,
    MembershipOverlapsError,
    NewMember,
    OutsideEnrolmentError,
    add_class_members,
    end_class_members,
    end_membership,
    move_student,
)
from lyceum.domains.academics.rules.teachers import (
    AlreadyTeachingError,
    LeadTakenError,
    NewTeacher,
    assign_teachers,
    end_class_teachers,
    replace_lead,
)

__all__ = [
    "AlreadyTeachingError",
    "ClassFullError",
    "ClassInUseError",
    "LeadTakenError",
    "MembershipOverlapsError",
    "NewClass",
    "NewMember",
    "NewTeacher",
    "OutsideEnrolmentError",
    "add_class_members",
    "assign_teachers",
    "create_class",
    "create_classes",
    "delete_class",
    "edit_class",
    "end_class",
    "end_class_members",
    "end_class_teachers",
    "end_membership",
    "get_class_for_edit",
    "move_student",
    "remove_class",
    "replace_lead",
]
