"""GraphQL: the door at /graphql."""

from django.http import HttpRequest, HttpResponse

from lyceum.api.problems import problem


def graphql_view(request: HttpRequest) -> HttpResponse:
    """Answer a GraphQL request."""
    return problem(request, status=503, code="starting", title="Not ready yet")
