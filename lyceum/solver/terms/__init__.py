"""A problem's rules, each taken apart into the persons and lessons it is about, and how many violations a term has."""
