"""Academics' rules, by noun: the calendar of a school, classes, who is in them, leaving."""
