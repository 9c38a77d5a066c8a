"""The public site and what is written for it."""

from lyceum.domains.website.models.people import (
    AboutUs,
    AlumniProfile,
    AlumniStory,
    CoreValue,
    Partner,
    Shown,
    TeamMember,
)
from lyceum.domains.website.models.site import (
    MenuItem,
    Page,
    PageVersion,
    PageVisits,
    Picture,
    Redirect,
    Site,
    SiteDomain,
)
from lyceum.domains.website.models.voices import ContactMessage, ContactReply, Review, UsedToken

__all__ = [
    "AboutUs",
    "AlumniProfile",
    "AlumniStory",
    "ContactMessage",
    "ContactReply",
    "CoreValue",
    "MenuItem",
    "Page",
    "PageVersion",
    "PageVisits",
    "Partner",
    "Picture",
    "Redirect",
    "Review",
    "Shown",
    "Site",
    "SiteDomain",
    "TeamMember",
    "UsedToken",
]
