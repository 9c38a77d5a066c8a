"""What states of learning are called on a page."""

from django.utils.translation import gettext_lazy as _

ENROLMENT = {
    "waitlisted": (_("on the waiting list"), "due"),
    "pending_payment": (_("waits for payment"), "due"),
    "active": (_("on it"), "present"),
    "completed": (_("completed"), "present"),
    "not_completed": (_("not completed"), "none"),
    "withdrawn": (_("left"), "none"),
    "lapsed": (_("lapsed"), "none"),
}
"""In words, and the tone of the tag."""
STATUS = {
    "draft": (_("draft"), "due"),
    "published": (_("published"), "present"),
    "archived": (_("archived"), "none"),
    "cancelled": (_("cancelled"), "absent"),
}
PHASE = {"upcoming": _("to come"), "running": _("running"), "finished": _("over")}
DELIVERY = (("on_site", _("On site")), ("online", _("Online")), ("hybrid", _("On site and online")))
ACCESS = (("open", _("Everybody")), ("enrolled", _("Those who are on the run")))
COMPLETES_ON = (
    ("marked_done", _("The learner says so")),
    ("opened", _("It was opened")),
    ("assignment", _("Its assignment is accepted")),
)
KINDS = {
    "github_repository": _("GitHub repository"),
    "discord": _("Discord"),
    "video": _("Video"),
    "document": _("Document"),
    "link": _("Link"),
    "lti_tool": _("Tool"),
}
