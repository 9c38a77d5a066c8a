"""What people's records tell of their own accord."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.notifications.texts import Text, declare

CLOSING_ASKED = "school.closing_asked"
WEBHOOK_OFF = "webhook.off"

declare(
    "texts_stopped",
    Text(
        subject=_("No more texts this month"),
        message=_(
            "{stopped} people were to get a text, and the school sends no more texts this month. They were told by "
            "other ways. {unreached} of them are reached by nothing: call them."
        ),
        short=_("{school}: no more texts this month; {unreached} people are reached by nothing."),
        placeholders=("school", "stopped", "unreached"),
    ),
)
declare(
    "coming_of_age.guardian",
    Text(
        subject=_("Your access at {school} will end"),
        message=_(
            "{name} comes of age on {day}. From that day you see nothing more of {name} in Lyceum and are told nothing "
            "more about {name}, unless {name} agrees."
        ),
        short=_("{name} comes of age on {day}: from then on you see {name} in Lyceum only with their agreement."),
        placeholders=("school", "name", "day"),
    ),
)
declare(
    "coming_of_age.student",
    Text(
        subject=_("Who sees you at {school}"),
        message=_(
            "You come of age on {day}. From that day your guardians see nothing more of you in Lyceum and are told "
            "nothing more about you, unless you agree. You say so under Who sees me."
        ),
        short=_("You come of age on {day}: from then on you decide whether your guardians see you in Lyceum."),
        placeholders=("school", "name", "day"),
    ),
)
declare(
    CLOSING_ASKED,
    Text(
        subject=_("Somebody asks to close {school}"),
        message=_(
            "{name} asks to close {school} for good. It happens only if another school admin confirms it, until "
            "{until}. Did you not expect this? Open the page and keep the school open."
        ),
        short=_("{name} asks to close {school} for good. Open the page to keep it open."),
        placeholders=("school", "name", "until"),
    ),
)
declare(
    WEBHOOK_OFF,
    Text(
        subject=_("A webhook was switched off"),
        message=_(
            "Nothing is sent to the webhook {name} any more: what Lyceum sent was not taken for a long time, or its "
            "address is gone. See its messages, then switch it on again and send what was missed."
        ),
        short=_("{school}: the webhook {name} was switched off; it takes nothing any more."),
        placeholders=("school", "name"),
    ),
)
