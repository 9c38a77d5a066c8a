"""What signing costs: a certificate with its signature, PDF and badge, against the same PDF alone."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from django.db import transaction

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.schools import school_scope
from lyceum.domains.learning.models import Certificate
from lyceum.domains.learning.rules.certificates.credentials import credential_of
from lyceum.domains.learning.rules.certificates.files import bake_png, bake_svg, print_certificate
from lyceum.domains.learning.rules.certificates.keys import sign, signing_key

ROUNDS, WARM_UP = 60, 5
MOST_COST_OF_SIGNED = 1.3


def run(place: Place) -> Result:
    """Medians of both, in turns, and their ratio."""
    del place
    result, plain, signed = Result("certificates"), [], []
    with school_scope(school().pk):
        row = Certificate.objects.select_related("completion__course", "key").order_by("serial")[0]
        with transaction.atomic():
            key = signing_key()
        for number in range(WARM_UP + ROUNDS):
            row.recipient_name = f"Zoë Nguyễn {number}"  # the compiler keeps what it has made once
            began = perf_counter()
            print_certificate(row)
            between = perf_counter()
            row.credential = sign(credential_of(row, course=row.completion.course, key=key), key)
            row.recipient_name = f"Zoë Nguyễn {number} "
            print_certificate(row)
            bake_png(row)
            bake_svg(row)
            ended = perf_counter()
            if number >= WARM_UP:
                plain.append(1000 * (between - began))
                signed.append(1000 * (ended - between))
    ratio = median(signed) / median(plain)
    result.keep("pdf_ms", round(median(plain), 2))
    result.keep("signed_with_pdf_and_badges_ms", round(median(signed), 2))
    result.keep("cost_of_signed", round(ratio, 2))
    result.say(f"PDF {median(plain):.1f} ms, signed with PDF and both badges {median(signed):.1f} ms")
    result.say(f"signed costs {ratio:.2f} times the PDF alone (at most {MOST_COST_OF_SIGNED})")
    return result
