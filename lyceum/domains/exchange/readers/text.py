"""Which encoding and which separator a text file uses."""

import codecs
from typing import BinaryIO

from django.utils.translation import gettext as _

from lyceum.domains.exchange.errors import EncodingUnreadableError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHUNK = 1 << 18


def find_encoding(stream: BinaryIO, *, name: str) -> str:
    """The encoding of a whole stream: by its byte order mark, else UTF-8, else Windows-1252."""
    head = stream.read(4)
    stream.seek(0)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        if _decodes(stream, encoding):
            return encoding
    raise EncodingUnreadableError(
        _("%(name)s cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252 text. Save it as “CSV UTF-8”.")
        % {"name": name}
    )


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    finally:
        stream.seek(0)
    return True


def find_separator(header: str) -> str:
    """The separator of a header line: the one of comma, semicolon and tab that is there most often."""
    outside = "".join(header.split('"')[::2])
    return max(",;\t", key=outside.count)
