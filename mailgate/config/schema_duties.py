"""The sections of ``config.toml`` about what goes out and ends by itself: surveys, closing, the budgets of the gate."""

from __future__ import annotations

from pydantic import Field

from mailgate.config.fields import ClockDuration
from mailgate.config.schema_mail import Section
from mailgate.config.units import Duration


class Survey(Section):
    """The question after closing."""

    enabled: bool = Field(True, description="Whether customers are asked at all.")
    share: float = Field(1.0, ge=0, le=1, description="The share of closed tickets that are asked about, 0 to 1.")
    every: ClockDuration = Field(Duration(7, "day"), description="A customer is asked at most once in this time.")
    answer_within: ClockDuration = Field(Duration(30, "day"), description="Answers count for this long.")
    delay: ClockDuration = Field(Duration(0, "s"), description="How long after closing the question goes out.")
    change_within: ClockDuration = Field(
        Duration(7, "day"), description="For this long a second answer replaces the first; both stay in the history."
    )
    low: int = Field(2, ge=0, le=4, description="A rating of so much or less tells the supervisors; 0: none does.")
    reopen_low: bool = Field(False, description="Whether such a rating opens the ticket again.")


class Closing(Section):
    """What ends by itself."""

    confirm_after: ClockDuration = Field(
        Duration(5, "day"), description="A resolved ticket closes when its customer is silent for so long; 0: never."
    )
    remind_after: list[ClockDuration] = Field(
        [], max_length=5, description="After which waits, one after the other, a customer who does not answer is asked."
    )
    close_after: ClockDuration = Field(
        Duration(0, "s"),
        description="So long after the last reminder (or the question, without any) it closes; 0: never.",
    )


class LetterLimits(Section):
    """How many automatic letters may go out; mail from robots and loops runs dry here."""

    per_address_hour: int = Field(3, ge=1, le=1000, description="To one address in an hour.")
    per_address_day: int = Field(10, ge=1, le=10_000, description="To one address in a day.")
    per_domain_hour: int = Field(60, ge=1, le=100_000, description="To one domain in an hour.")
    per_ticket_day: int = Field(10, ge=1, le=10_000, description="On one ticket in a day.")
    per_kind_day: int = Field(6, ge=1, le=10_000, description="Of one kind to one address in a day.")
    per_agent_hour: int = Field(
        4, ge=1, le=60, description="Warnings to one agent in an hour, and as many reminders, spread over it."
    )
    unproved_hour: int = Field(
        300, ge=0, le=1_000_000, description="To senders whose address is not proved, in an hour, all together."
    )
    news_per_sender_hour: int = Field(
        60,
        ge=1,
        le=100_000,
        description="Notifications to agents about one sender in an hour; the rest waits in the queue.",
    )
