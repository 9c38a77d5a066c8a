"""Numbers without gaps: twenty issue at once, some are taken back, one is killed."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from django.db import connection, transaction

from lyceum.domains.fees.models import Invoice
from lyceum.domains.fees.rules.invoicing import issue_invoice
from lyceum.domains.fees.tests.conftest import make_bursary
from lyceum.domains.fees.verifying import verify_books
from lyceum.testing.together import at_once

LONGEST = 60
ISSUE = """
import sys
from lyceum.config.loading import load_django
load_django()
from uuid import UUID
from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.fees.rules.invoicing import issue_invoice
with school_scope(int(sys.argv[1])):
    issue_invoice(UUID(sys.argv[2]), actor=system_actor(int(sys.argv[1])))
    print("issued", flush=True)
    sys.stdin.read()
"""


def test_twenty_at_once_five_taken_back_and_one_killed_leave_no_gap(fresh_database, tmp_path: Path):
    bursary = make_bursary()
    drafts = [bursary.draft(account=bursary.account if n % 2 else bursary.other) for n in range(20)]
    killed = bursary.draft()
    surroundings = os.environ | {
        "DJANGO_SETTINGS_MODULE": "lyceum.config.settings",
        "LYCEUM_DATA": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).resolve().parents[4]),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", ISSUE, str(bursary.school.pk), str(killed.pk)],
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"issued\n"  # it holds the counter now, and has not committed
    threading.Timer(0.3, lambda: worker.send_signal(signal.SIGKILL)).start()

    def issue(n: int, pk):
        with bursary.within(), transaction.atomic():
            issue_invoice(pk, actor=bursary.actor())
            if n % 4 == 0:
                raise InterruptedError

    outcomes = at_once([lambda n=n, pk=draft.pk: issue(n, pk) for n, draft in enumerate(drafts)])
    worker.communicate(timeout=LONGEST)

    assert [type(each) for each in outcomes if each is not None] == [InterruptedError] * 5
    with bursary.within():
        numbers = sorted(Invoice.objects.filter(lifecycle="issued").values_list("number", flat=True))
        assert numbers == list(range(1, 16))
        assert Invoice.objects.get(pk=killed.pk).lifecycle == "draft"
        assert verify_books(actor=bursary.actor()) == []
    connection.close()
