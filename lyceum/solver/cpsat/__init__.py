"""Timetabling as a model for CP-SAT: proofs of the best, of the least change, of impossibility; rooms; neighbourhoods."""
