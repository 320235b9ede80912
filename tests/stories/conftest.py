"""Desks for stories, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailgate.desk.policy import Canned
from tests.databases import postgres, store_url
from tests.desk.conversation import policy
from tests.duties.conftest import new_world
from tests.duties.desk import World
from tests.stories.conversation import Conversation

TRAY = Canned("tray", {"": "Dear {requester}, open the tray.", "zh": "{requester}，请打开纸盒。"})

__all__ = ["desk", "new_world", "postgres", "store_url"]


@pytest.fixture
def desk(new_world: Callable[..., World]) -> Conversation:
    """People who write to one another by way of a desk: Cleo asks, Ana and Ben answer, Sue supervises."""
    return Conversation(new_world(policy(canned={"tray": TRAY})))
