"""Who may follow a slot as its seats fill and its register is taken."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.live import Hears
from lyceum.domains.behaviour.detention_facts import DetentionFact
from lyceum.domains.behaviour.detention_queries import get_slot
from lyceum.domains.people.policies import ids_kept_from_work


def slot_topic(slot_id: UUID) -> str:
    """The topic of one slot."""
    return f"detention-slot:{slot_id}"


def follow_slot(slot_id: UUID, *, actor: Actor) -> Hears:
    """One slot, for those who may see it; nothing of a child from whom a restriction keeps the actor."""
    get_slot(slot_id, actor=actor)
    kept = ids_kept_from_work(actor)
    return lambda fact: isinstance(fact, DetentionFact) and fact.student not in kept
