<<<<<<< HEAD
"""Behaviour's pages."""
=======
"""Pages of behaviour, by noun."""
>>>>>>> 373e958 (Show detentions on pages: board, list, setting one, the register of a slot)
