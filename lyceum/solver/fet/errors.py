"""Why a file is not read. The code is stable; the words are for the person who sent it."""

from typing import ClassVar


class FetError(ValueError):
    """The file is refused as a whole: nothing of it was taken."""

    code: ClassVar[str] = "not_readable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TooLargeError(FetError):
    code = "too_large"


class BrokenXmlError(FetError):
    code = "broken_xml"


class UnsafeXmlError(FetError):
    """Entities and document types: no file that FET wrote has them, and they serve attacks."""

    code = "unsafe_xml"


class NotFetError(FetError):
    code = "not_fet"


class MissingError(FetError):
    """A part that every such file has is not there."""

    code = "missing"


class DuplicateError(FetError):
    code = "duplicate"


class BadValueError(FetError):
    code = "bad_value"


class UnknownNameError(FetError):
    """Something is named that the file does not have: a teacher, a group, a room, a day."""

    code = "unknown_name"
