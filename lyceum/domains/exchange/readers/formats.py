"""Which format a bundle is in."""

from collections.abc import Mapping

from lyceum.domains.exchange.readers.oneroster import OneRoster, is_oneroster
from lyceum.domains.exchange.readers.records import Source
from lyceum.domains.exchange.readers.sds_v1 import SchoolDataSync1, is_sds_v1
from lyceum.domains.exchange.readers.sds_v2 import SchoolDataSync2, is_sds_v2
from lyceum.domains.exchange.readers.student_list import StudentList
from lyceum.domains.exchange.readers.tables import Bundle

ONEROSTER, SDS, STUDENTS = "oneroster", "sds", "students"


def kind_of(bundle: Bundle) -> str:
    """Which kind of import this is: oneroster, sds or students."""
    if is_oneroster(bundle):
        return ONEROSTER
    if is_sds_v2(bundle) or is_sds_v1(bundle):
        return SDS
    if len(bundle.names) > 1:
        # Several tables that are no complete set: say what a set of the likeliest format lacks.
        bundle.get("orgs" if {"users", "classes", "enrollments"} & set(bundle.names) else "School")
        bundle.get("users" if "orgs" in bundle else "Section")
        bundle.get("roles" if "orgs" in bundle else "Student")
    return STUDENTS


def open_source(bundle: Bundle, *, columns: Mapping[str, str], date_order: str = "") -> Source:
    """The bundle as records. `columns` says what the columns of a plain list mean."""
    if is_oneroster(bundle):
        return OneRoster(bundle, date_order=date_order)
    if is_sds_v2(bundle):
        return SchoolDataSync2(bundle, date_order=date_order)
    if is_sds_v1(bundle):
        return SchoolDataSync1(bundle, date_order=date_order)
    return StudentList(bundle, columns=columns, date_order=date_order)
