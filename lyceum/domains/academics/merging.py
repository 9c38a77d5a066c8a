"""What becomes of a student's place when two records turn out to be one student."""

from lyceum.domains.people.merging import Meeting, when_both_have

when_both_have("rollover_decision_once", Meeting(same=()))  # what was decided for the record that stays
