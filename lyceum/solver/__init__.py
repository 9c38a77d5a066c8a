"""The timetabling engine: a problem in, a timetable or the reasons out. Knows no database and no framework."""
