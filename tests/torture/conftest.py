"""Desks for the tests of this folder."""

from tests.databases import postgres
from tests.flow.desks import database, far, new_desk

__all__ = ["database", "far", "new_desk", "postgres"]
