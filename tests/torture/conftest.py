"""Desks for the tests of this folder."""

from tests.databases import postgres
from tests.flow.desks import database, desk, far, new_desk

__all__ = ["database", "desk", "far", "new_desk", "postgres"]
