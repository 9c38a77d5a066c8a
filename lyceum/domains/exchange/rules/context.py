"""What the steps of applying share: who acts, and which rows of the school the foreign ids mean."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.domains.academics.models import AcademicYear, ClassMembership, Grade, Subject, Term
from lyceum.domains.exchange.errors import NotPreviewedError
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.plan.present import Known
from lyceum.domains.exchange.plan.rows import Step

Calendar = AcademicYear | Term | Grade | Subject
_MODELS: dict[Step, type[Calendar]] = {
    Step.YEAR: AcademicYear,
    Step.TERM: Term,
    Step.GRADE: Grade,
    Step.SUBJECT: Subject,
}


class Context:
    """One run at work."""

    def __init__(self, run: ImportRun, actor: Actor, *, today: date) -> None:
        self.run = run
        self.actor = actor
        self.today = today
        self._known = Known(run.system)
        self._found: dict[tuple[Step, str], Calendar] = {}

    def own_ids(self, kind: str, foreign_ids: Collection[str]) -> dict[str, UUID]:
        """Our rows by foreign id."""
        return self._known.own_ids(kind, set(foreign_ids))

    def own_persons(self, foreign_ids: Collection[str]) -> dict[str, UUID]:
        """Our persons by foreign id."""
        return self._known.own_persons(foreign_ids)

    def running_members(self, ids: Collection[UUID], last: date) -> list[UUID]:
        """Those of these memberships that run on after a day."""
        rows = ClassMembership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last), pk__in=list(ids))
        return list(rows.values_list("pk", flat=True))

    def year(self, key: str) -> AcademicYear:
        """The school year that a key of the file means."""
        row = self._get(Step.YEAR, key)
        assert isinstance(row, AcademicYear)  # by the step
        return row

    def grade(self, key: str) -> Grade:
        """The grade that a key of the file means."""
        row = self._get(Step.GRADE, key)
        assert isinstance(row, Grade)  # by the step
        return row

    def id_of(self, step: Step, key: str) -> UUID:
        """The id of the year, term, grade or subject that a key of the file means."""
        return self._get(step, key).pk

    def _get(self, step: Step, key: str) -> Calendar:
        if (step, key) not in self._found:
            targets = ImportRow.objects.filter(run=self.run, step=step, target__isnull=False)
            keys = {target: name for name, target in targets.values_list("key", "target") if target}
            for row in _MODELS[step].objects.filter(pk__in=keys):
                self._found[step, keys[row.pk]] = row
        if (step, key) not in self._found:
            raise NotPreviewedError(_("“%(key)s” is not there any more. Preview the file again.") % {"key": key})
        return self._found[step, key]
