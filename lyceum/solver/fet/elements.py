"""Single elements of a FET file: their texts, numbers and truths."""

import math
from collections.abc import Iterator
from copy import deepcopy
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lyceum.solver.fet.errors import BadValueError, BrokenXmlError, NotFetError, TooLargeError, UnsafeXmlError

LIMIT = 20_000_000
"""Bytes. A school of 1,500 lessons has half a million."""


class FieldMissing(Exception):  # noqa: N818 - no refusal: whoever reads the element decides
    """An element lacks a field; a constraint like that is of a form not known here."""


def parse(source: bytes, *, root: str = "fet") -> Element:
    """The root of a FET file, or of another of FET's. Entities are refused, not expanded."""
    if len(source) > LIMIT:
        raise TooLargeError(f"The file has more than {LIMIT // 1_000_000} MB.")
    try:
        found: Element = fromstring(source, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise BrokenXmlError(f"The file is no well-formed XML: line {line}, column {column}.") from error
    except (LookupError, UnicodeError, ValueError) as error:
        if isinstance(error, DefusedXmlException):
            raise UnsafeXmlError("The file has a document type or entities, which no FET file has.") from error
        raise BrokenXmlError("The file is not in the encoding that it names.") from error
    if found.tag != root:
        raise NotFetError(f"The file is no FET file: it begins with <{found.tag[:40]}>.")
    return found


def source_of(element: Element) -> str:
    """The element's own text, without the white space between its parts."""
    copy = deepcopy(element)
    copy.tail = None
    for each in copy.iter():
        if len(each) and not (each.text or "").strip():
            each.text = None
        for inner in each:
            inner.tail = None
    return tostring(copy, encoding="unicode")


def text(element: Element, *tags: str) -> str:
    """The text of the first of the fields that is there."""
    for tag in tags:
        found = element.find(tag)
        if found is not None:
            return found.text or ""
    raise FieldMissing(tags[0])


def text_or_none(element: Element, *tags: str) -> str | None:
    """As `text`; None where the field is missing or empty."""
    for tag in tags:
        found = element.find(tag)
        if found is not None:
            return found.text or None
    return None


def texts(element: Element, *tags: str) -> Iterator[str]:
    return (each.text or "" for each in element if each.tag in tags)


def whole(element: Element, *tags: str) -> int:
    return whole_number(text(element, *tags), tags[0])


def whole_number(value: str, field: str) -> int:
    try:
        number = int(value.strip()[:12])
    except ValueError:
        raise BadValueError(f"{field} should be a whole number, and is “{value.strip()[:40]}”.") from None
    if number < 0:
        raise BadValueError(f"{field} should not be below 0, and is {number}.")
    return number


def weight(element: Element) -> float:
    value = text(element, "Weight_Percentage", "Weight")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise BadValueError(f"A weight is a number from 0 to 100, and not “{value.strip()[:40]}”.")
    return number


def truth(element: Element, tag: str, *, otherwise: bool) -> bool:
    """Older versions write yes and no, newer ones true and false."""
    value = (text_or_none(element, tag) or "").strip().lower()
    if value in {"true", "yes", "1"}:
        return True
    if value in {"false", "no", "0"}:
        return False
    return otherwise
