"""Attendance's rules, by noun: codes and times, registers, marks, the statutory mark."""
