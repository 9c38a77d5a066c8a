"""Rows of the contract that are not as the tables say, each until it is. What is served by now must leave this page."""

from collections.abc import Mapping

from tests.contracts.tables import API, Call

_MISSING: Mapping[str, str] = {
    # path: methods
    "register/": "POST",
    "courses/": "GET POST",
    "courses/{id}/": "GET PUT PATCH DELETE",
    "events/": "GET POST",
    "events/{id}/": "GET PUT PATCH DELETE",
    "students/me/application-status/": "GET",
    "students/me/enroll/{id}/": "POST",
    "students/me/learning-materials/": "GET",
    "students/me/courses/": "GET",
    "students/me/events/": "GET",
    "alumni/": "GET POST",
    "alumni/{id}/": "GET PUT PATCH DELETE",
    "about-us/": "GET PATCH",
    "team-members/": "GET POST",
    "team-members/{id}/": "GET PUT PATCH DELETE",
    "reviews/": "GET POST",
    "reviews/{id}/": "GET PUT PATCH DELETE",
    "schedules/": "GET POST",
    "schedules/{id}/": "GET PUT PATCH DELETE",
    "modules/": "GET POST",
    "modules/{id}/": "GET PUT PATCH DELETE",
    "lessons/": "GET POST",
    "lessons/{id}/": "GET PUT PATCH DELETE",
    "partners/": "GET POST",
    "partners/{id}/": "GET PUT PATCH DELETE",
    "contact-us/": "POST",
    "admin/dashboard/": "GET",
    "auth/delete-account/": "DELETE",
    "assignments/": "GET POST",
    "assignments/{id}/": "GET PUT PATCH DELETE",
    "assignments/{id}/upload/": "POST",
    "my-assignments/": "GET",
    "messages/{user_id}/": "GET",
    "messages/": "POST",
    "calendar/": "GET",
}
NOT_BUILT = frozenset(Call(method, f"{API}{path}") for path, methods in _MISSING.items() for method in methods.split())
"""Rows that nothing serves yet."""
NOT_AS_SAID: Mapping[Call, str] = {
    Call("POST", f"{API}students/"): "takes what the office writes down, and no application yet",
}
"""Rows that are served and do not yet do what the table says, with what is missing."""
