"""`lyceum certificates`: issue what is missing, check a file, begin a new signing key."""

from pathlib import Path
from typing import Any

from lyceum.core.commands import Answer
from lyceum.core.errors import MalformedError
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.learning.certificate_files import verify_file
from lyceum.domains.learning.rules.certificates.issuing import issue_missing
from lyceum.domains.learning.rules.certificates.keys import rotate_key
from lyceum.domains.learning.rules.certificates.revoking import distrust_key


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Issue and check certificates, and exchange the key that signs them."

    def add_acts(self) -> None:
        self.add_act("issue-missing", "issue the certificates that completions still wait for")
        checking = self.add_act("verify", "check a badge (PNG, SVG) or a credential in a file")
        checking.add_argument("file", type=Path, metavar="FILE")
        rotating = self.add_act("rotate-key", "begin a new signing key; the old one stays published")
        rotating.add_argument(
            "--compromised", default="", metavar="KID", help="somebody else may have this key: sign anew what it signed"
        )

    def act_issue_missing(self, _options: dict[str, Any]) -> Answer:
        swept = issue_missing(actor=self.actor)
        lines = [f"Issued {len(swept.issued)} certificates; {swept.waiting} wait for the next run."]
        return Answer(lines, {"issued": [row.code for row in swept.issued], "waiting": swept.waiting})

    def act_verify(self, options: dict[str, Any]) -> Answer:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise MalformedError(f"{options['file']} could not be read: {error}") from None
        found = verify_file(content)
        row = found.certificate
        lines = [
            f"{found.status}: {row.course_name}, {row.issuer_name}",
            f"  number {row.serial}, issued {row.issued_at:%Y-%m-%d}, code {row.code}"
            + (f", replaced by {found.successor}" if found.successor else ""),
        ]
        return Answer(lines, {"status": found.status, "code": row.code, "signature_is_valid": found.signature_is_valid})

    def act_rotate_key(self, options: dict[str, Any]) -> Answer:
        if options["compromised"]:
            count = distrust_key(options["compromised"], actor=self.actor)
            lines = [f"The key is trusted no longer; {count} certificates are signed anew."]
            return Answer(lines, {"signed_anew": count})
        key = rotate_key(actor=self.actor)
        return Answer([f"The school signs with the key {key.kid} from now on."], {"kid": key.kid})
