"""What the public site says by mail."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.notifications.texts import Text, declare

declare(
    "contact_received",
    Text(
        subject=_("Message from {name}: {subject}"),
        message=_("{name} wrote by the contact form:\n\n{message}"),
        short=_("{name} wrote by the contact form."),
        placeholders=("name", "subject", "message"),
    ),
)
declare(
    "contact_answered",
    Text(
        subject=_("Answer to: {subject}"),
        message="{message}",
        short=_("{school} has answered your message."),
        placeholders=("subject", "message", "school"),
    ),
)
declare(
    "site_host_failing",
    Text(
        subject=_("{host} no longer leads to the school's site"),
        message=_(
            "The record that proves that {host} is yours was not found three times. The site still answers at the "
            "installation's address. Put the record back: {record}"
        ),
        short=_("{host} no longer leads to the school's site."),
        placeholders=("host", "record"),
    ),
)
