"""Accounts' rules, by noun: passwords, users, sign-in, tokens, keys, invitations."""
