"""Scales and policies; gradebooks with their categories, columns and cells."""

from lyceum.domains.assessment.models.gradebooks import Category, Cell, Column, Gradebook
from lyceum.domains.assessment.models.policies import Band, GradingPolicy, Scale

__all__ = ["Band", "Category", "Cell", "Column", "Gradebook", "GradingPolicy", "Scale"]
