"""Absence cases: opened where nobody knows why, asked contact by contact, answered at home, settled by the office."""
