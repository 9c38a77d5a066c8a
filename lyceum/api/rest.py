"""REST: the routers of all domains under /api/v1/, one mapping of refusals, one OpenAPI document."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from lyceum import __version__
from lyceum.api.problems import MEDIA_TYPE, problem, problem_of
from lyceum.core.errors import FieldError, MalformedError, RuleError
from lyceum.core.parsing import StrictParser
from lyceum.core.rest import Problem, SignedIn

_PROBLEMS = {
    400: "Malformed, or a parameter that is not declared",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found, or not for this caller to know of",
    409: "Not possible in this state",
    410: "The link has ended, or was used",
    412: "Changed by somebody else meanwhile",
    413: "Too large",
    415: "Wrong kind of content",
    422: "Something is missing or wrong",
    429: "Too many requests",
    503: "Try again in a moment",
}


class LyceumAPI(NinjaAPI):
    """Django Ninja with our problems in every operation's documentation."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schemas = schema["components"]["schemas"]
        definition = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(definition.pop("$defs", {}))
        schemas["Problem"] = definition
        for path in schema["paths"].values():
            for operation in path.values():
                _document_problems(operation)
        return schema


def _document_problems(operation: dict[str, Any]) -> None:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in _PROBLEMS.items():
        operation["responses"].setdefault(status, {"description": description, "content": content})


api = LyceumAPI(
    title="Lyceum",
    version=__version__,
    description="One contract over the same rules that the pages use.",
    urls_namespace="v1",
    docs_url="/docs/",
    openapi_url="/openapi.json",
    auth=SignedIn(),
    parser=StrictParser(),
)


@api.exception_handler(RuleError)
def _refused(request: HttpRequest, error: RuleError) -> HttpResponse:
    return problem_of(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Wrong bodies are 422; wrong or undeclared parameters and ids are 400."""
    errors = tuple(_field_error(item) for item in error.errors)
    in_body = any(item["loc"][:1] in (("body",), ("form",), ("file",)) for item in error.errors)
    unknown = any(item["type"] == "extra_forbidden" for item in error.errors)
    code = "invalid" if in_body else "unknown_parameter" if unknown else "malformed"
    return problem(
        request,
        status=422 if in_body else 400,
        code=code,
        title=_("Something is missing or wrong"),
        detail=errors[0].message if errors else "",
        errors=errors,
    )


def _field_error(item: dict[str, Any]) -> FieldError:
    # loc is (source, name of the argument, path inside it …)
    path = item["loc"][2:] or item["loc"][1:]
    pointer = "/" + "/".join(str(part) for part in path)
    if item["type"] == "extra_forbidden":
        return FieldError(pointer, "unknown_field", _("There is no field %(field)s here.") % {"field": path[-1]})
    return FieldError(pointer, item["type"], item["msg"])


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, RuleError):  # Ninja wraps what reading the body raises
        return problem_of(request, error.__cause__)
    code = {400: "malformed", 415: "media_type"}.get(error.status_code, "refused")
    return problem(request, status=error.status_code, code=code, title=_("Could not be read"), detail=str(error))


@api.exception_handler(RawPostDataException)
def _form_instead_of_json(request: HttpRequest, _error: RawPostDataException) -> HttpResponse:
    detail = _("Send application/json: this operation takes no form.")
    return problem(request, status=415, code="media_type", title=_("Wrong kind of content"), detail=detail)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(request, status=404, code="not_found", title=_("Not found"))


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return problem(request, status=413, code="too_large", title=_("Too large"), detail=_("A body has at most 1 MB."))


class UnknownParameterError(MalformedError):
    """A query parameter that the operation does not declare."""

    code = "unknown_parameter"


def _refuse_unknown_parameters(operation: Operation) -> None:
    """An undeclared query parameter is refused, not ignored."""
    declared: set[str] = set()
    for model in operation.models:
        if getattr(model, "__ninja_param_source__", "") == "query":
            declared |= set(getattr(model, "__ninja_flatten_map__", {}) or model.model_fields)
    run: Callable[..., Any] = operation.run

    def checked(request: HttpRequest, **path: Any) -> Any:
        unknown = sorted(set(request.GET) - declared)
        if unknown:
            error = UnknownParameterError(
                _("There is no parameter %(name)s here.") % {"name": unknown[0]},
                errors=[
                    FieldError(
                        f"?{unknown[0]}",
                        "unknown_parameter",
                        _("Use: %(choices)s.") % {"choices": ", ".join(sorted(declared))},
                    )
                ],
            )
            return problem_of(request, error)
        return run(request, **path)

    operation.run = checked  # type: ignore[method-assign]  # each operation knows its own parameters


def compose() -> LyceumAPI:
    """The API with the routers of every domain."""
    from lyceum.domains.academics.rest import router as academics  # after the app registry
    from lyceum.domains.accounts.rest import router as accounts
    from lyceum.domains.admissions.rest import router as admissions
    from lyceum.domains.assessment.rest import router as assessment
    from lyceum.domains.attendance.rest import router as attendance
    from lyceum.domains.behaviour.rest import router as behaviour
    from lyceum.domains.calendars.rest import router as calendars
    from lyceum.domains.exchange.rest import router as exchange
    from lyceum.domains.fees.rest import router as fees
    from lyceum.domains.journal.rest import router as journal
    from lyceum.domains.learning.rest import router as learning
    from lyceum.domains.notifications.rest import router as notifications
    from lyceum.domains.people.rest import router as people
    from lyceum.domains.reports.rest import router as reports
    from lyceum.domains.timetable.rest import router as timetable
    from lyceum.domains.website.rest import router as website
    from lyceum.web.rest import router as dashboards

    routers = (
        # `students/me/…` would be taken for a student’s id
        *(dashboards, reports, calendars, learning, assessment, admissions),
        *(accounts, journal, notifications, people, academics, timetable, attendance, behaviour, fees),
        *(website, exchange),
    )
    for router in routers:
        api.add_router("", router)
    for bound in api._get_bound_routers():  # Ninja answers with copies of a router's operations: these
        for view in bound.path_operations.values():
            for operation in view.operations:
                _refuse_unknown_parameters(operation)
    return api
