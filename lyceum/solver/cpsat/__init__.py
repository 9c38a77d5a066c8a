"""Timetabling as a model for CP-SAT: proofs (best, least change, impossible), rooms, neighbourhoods."""
