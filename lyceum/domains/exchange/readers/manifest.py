"""OneRoster's manifest.csv: which version, and which tables are there, whole or as changes."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lyceum.domains.exchange.errors import FileMissingError, ManifestWrongError
from lyceum.domains.exchange.readers.tables import Bundle

_VERSIONS = ("1.1", "1.2")
_MODES = ("absent", "bulk", "delta")


@dataclass(frozen=True)
class Manifest:
    """What the manifest promises; nothing where there is none."""

    version: str = ""
    modes: dict[str, str] = field(default_factory=dict)
    """By table name in lower case: absent, bulk or delta."""

    @property
    def is_delta(self) -> bool:
        """Whether some tables hold changes only."""
        return "delta" in self.modes.values()

    def leaves_out(self, name: str) -> bool:
        """Whether a table is to be passed over, though it is there."""
        return self.modes.get(name.lower()) == "absent"


def read_manifest(bundle: Bundle) -> Manifest:
    """The manifest, checked against the tables beside it."""
    table = bundle.find("manifest")
    if table is None:
        return Manifest()
    name, value = table.get("propertyName"), table.get("value")
    version, modes = "", {}
    for row in table:
        key, word = row.at(name).lower(), row.at(value).lower()
        if key == "oneroster.version":
            version = word
            if word not in _VERSIONS:
                raise ManifestWrongError(
                    _("Line %(line)s of %(table)s names OneRoster %(word)s; 1.1 and 1.2 can be read.")
                    % {"line": row.line, "table": table.name, "word": word},
                    file=table.name,
                    line=row.line,
                )
        elif key.startswith("file."):
            modes[key.removeprefix("file.")] = _mode(word, row.line, table.name)
            if word in ("bulk", "delta") and key.removeprefix("file.") not in bundle:
                missing = row.at(name).removeprefix("file.")
                raise FileMissingError(
                    _("Line %(line)s of %(table)s promises %(missing)s.csv, which is not there. Export it again.")
                    % {"line": row.line, "table": table.name, "missing": missing},
                    file=f"{missing}.csv",
                    line=row.line,
                )
    return Manifest(version, modes)


def _mode(word: str, line: int, name: str) -> str:
    if word not in _MODES:
        raise ManifestWrongError(
            _("Line %(line)s of %(name)s says “%(word)s”; a file is absent, bulk or delta.")
            % {"line": line, "name": name, "word": word},
            file=name,
            line=line,
        )
    return word
