"""Which page of the site is made by what, each in a fixed number of statements."""

from lyceum.domains.website.public.content import Maker
from lyceum.domains.website.public.offers import course, courses, event, events, locations
from lyceum.domains.website.public.people import alumni, alumnus, partners, team
from lyceum.domains.website.public.voices import reviews
from lyceum.domains.website.public.written import about, accessibility, free, home, privacy, thanks

MAKERS: dict[str, Maker] = {
    "home": home,
    "free": free,
    "courses": courses,
    "course": course,
    "events": events,
    "event": event,
    "about-us": about,
    "team": team,
    "alumni": alumni,
    "alumnus": alumnus,
    "reviews": reviews,
    "partners": partners,
    "locations": locations,
    "privacy": privacy,
    "accessibility": accessibility,
    "thanks": thanks,
}
