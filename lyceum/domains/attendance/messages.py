"""What attendance says to families and staff."""

from django.utils.translation import gettext_lazy as _

from lyceum.domains.notifications.texts import Text, declare

declare(
    "absence",
    Text(
        subject=_("A question from {school}"),
        message=_("{child} is not at school ({when}) and we do not know why. Please tell us by this link."),
        short=_("{school}: {child} is not at school ({when}). Please tell us why:"),
        placeholders=("school", "child", "when"),
    ),
)
declare(
    "absence_recorded",
    Text(
        subject=_("Thank you from {school}"),
        message=_("We have recorded why {child} was away ({when}): {reason}."),
        short=_("{school}: recorded for {child} ({when}): {reason}."),
        placeholders=("school", "child", "when", "reason"),
    ),
)
declare(
    "arrived",
    Text(
        subject=_("News from {school}"),
        message=_("{child} is at school now. You need do nothing more."),
        short=_("{school}: {child} is at school now."),
        placeholders=("school", "child"),
    ),
)
declare(
    "check_if_absent",
    Text(
        subject=_("Check at once: {child} is absent"),
        message=_("{child} is absent ({when}) and must be looked for when absent: {why}."),
        short=_("{school}: {child} is absent ({when}). Check at once."),
        placeholders=("school", "child", "when", "why"),
    ),
)
declare(
    "register_due",
    Text(
        subject=_("Register of {register} not taken yet"),
        message=_("The register of {register} was due at {at} and is not taken yet."),
        short=_("{school}: the register of {register} is not taken yet."),
        placeholders=("school", "register", "at"),
    ),
)
declare(
    "registers_missing",
    Text(
        subject=_("{count} registers are missing today"),
        message=_("These registers were not taken today: {registers}."),
        short=_("{school}: {count} registers are missing today."),
        placeholders=("school", "count", "registers"),
    ),
)
