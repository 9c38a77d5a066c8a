"""Intakes with their forms and steps; applications with all that belongs to them."""

from lyceum.domains.admissions.models.applications import (
    Application,
    ApplicationDocument,
    ApplicationGuardian,
    ApplicationStep,
    Offer,
    WantedCourse,
)
from lyceum.domains.admissions.models.intakes import ApplicationForm, Intake, IntakeCourse, SelectionStep, StepReviewer

__all__ = [
    "Application",
    "ApplicationDocument",
    "ApplicationForm",
    "ApplicationGuardian",
    "ApplicationStep",
    "Intake",
    "IntakeCourse",
    "Offer",
    "SelectionStep",
    "StepReviewer",
    "WantedCourse",
]
