"""Behaviour's pages."""
