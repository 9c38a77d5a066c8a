"""What students did, good and bad, what it counts, and what follows from it."""

from lyceum.domains.behaviour.models.actions import Action
from lyceum.domains.behaviour.models.days import StudentDay
from lyceum.domains.behaviour.models.detentions import (
    MARKS,
    Detention,
    DetentionMark,
    DetentionMarkPast,
    DetentionPast,
    DetentionSlot,
    DetentionType,
    SlotSupervisor,
    StaffAway,
)
from lyceum.domains.behaviour.models.devices import DetentionBatch, DetentionConflict
from lyceum.domains.behaviour.models.files import IncidentFile
from lyceum.domains.behaviour.models.incidents import Incident, IncidentType, Participant
from lyceum.domains.behaviour.models.notices import Notice
from lyceum.domains.behaviour.models.points import PointEntry, PointScale
from lyceum.domains.behaviour.models.settings import BehaviourSettings
from lyceum.domains.behaviour.models.stages import EscalationCase, EscalationPolicy
from lyceum.domains.behaviour.models.sums import DaySum

__all__ = [
    "MARKS",
    "Action",
    "BehaviourSettings",
    "DaySum",
    "Detention",
    "DetentionBatch",
    "DetentionConflict",
    "DetentionMark",
    "DetentionMarkPast",
    "DetentionPast",
    "DetentionSlot",
    "DetentionType",
    "EscalationCase",
    "EscalationPolicy",
    "Incident",
    "IncidentFile",
    "IncidentType",
    "Notice",
    "Participant",
    "PointEntry",
    "PointScale",
    "SlotSupervisor",
    "StaffAway",
    "StudentDay",
]
