"""REST door of academics: students, classes, years. Students live here, because grade, class and leaving do."""

from lyceum.domains.academics.rest import bells, classes, locations, members, own, places, rollovers, students, years
from lyceum.domains.academics.rest.router import router

__all__ = ["bells", "classes", "locations", "members", "own", "places", "rollovers", "router", "students", "years"]
