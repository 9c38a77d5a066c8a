"""People's rules, by noun: numbers, students, enrolments, guardians, staff."""
