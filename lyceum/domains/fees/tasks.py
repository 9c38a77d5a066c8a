"""What fees do soon after something happened elsewhere."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.money import Money
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.fees.rules.enrolments import bill_enrolment, credit_given_up


@app.task(name="fees.bill_enrolment", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def bill(school_id: int, enrolment_id: str, student_id: str, amount: int, currency: str) -> None:
    """Bill a place in a course. Doing it twice bills it once."""
    with school_scope(school_id):
        price = Money(amount, currency)
        bill_enrolment(UUID(enrolment_id), student=UUID(student_id), price=price, actor=system_actor(school_id))
    give_back_connection()


@app.task(name="fees.credit_enrolment", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def credit(school_id: int, enrolment_id: str) -> None:
    """Take back the bill of a place that was given up. Doing it twice credits it once."""
    with school_scope(school_id):
        credit_given_up(UUID(enrolment_id), actor=system_actor(school_id))
    give_back_connection()
