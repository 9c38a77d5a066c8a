"""Argon2id as this installation hashes: about 30 ms and 46 MiB, so that sign-ins do not bound results day."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 47104  # KiB: the first of the OWASP password storage recommendations for Argon2id
    parallelism = 1
