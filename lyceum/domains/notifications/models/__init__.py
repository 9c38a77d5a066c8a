"""Notifications, how each travels to an address, and what a person wants."""

from lyceum.domains.notifications.models.addresses import Address, InboundSms
from lyceum.domains.notifications.models.deliveries import Delivery, DeliveryAttempt
from lyceum.domains.notifications.models.notifications import Notification
from lyceum.domains.notifications.models.providers import CarriedFor, Hook, Provider, ProviderEvent
from lyceum.domains.notifications.models.push import PushDevice
from lyceum.domains.notifications.models.templates import Template
from lyceum.domains.notifications.models.wishes import DigestSetting, Preference, QuietHours

__all__ = [
    "Address",
    "CarriedFor",
    "Delivery",
    "DeliveryAttempt",
    "DigestSetting",
    "Hook",
    "InboundSms",
    "Notification",
    "Preference",
    "Provider",
    "ProviderEvent",
    "PushDevice",
    "QuietHours",
    "Template",
]
