"""FET files: a school's timetabling problem comes in from them, and goes out to them with its timetable."""
