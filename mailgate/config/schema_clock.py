"""The sections about time: ``[hours.*]``, when somebody is there, and ``[sla.*]``, what is promised to customers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from mailgate.config.fields import AnyDuration, DayName, Id, Stretch, Text, Timezone
from mailgate.config.schema_mail import Section

Stretches = list[Stretch]
Pausing = Literal["open", "waiting-customer", "waiting-third-party", "waiting-child"]


class Hours(Section):
    """Business hours of a week, as [hours.NAME]."""

    timezone: Timezone | None = Field(None, description="Their time zone; the desk's by default.")
    mon: Stretches = Field([], description='Monday\'s open hours, as ["09:00-12:00", "13:00-17:30"].')
    tue: Stretches = Field([], description="Tuesday's.")
    wed: Stretches = Field([], description="Wednesday's.")
    thu: Stretches = Field([], description="Thursday's.")
    fri: Stretches = Field([], description="Friday's.")
    sat: Stretches = Field([], description="Saturday's.")
    sun: Stretches = Field([], description="Sunday's.")
    closed: list[date] = Field([], description="Single days off, as dates: 2026-12-24.")
    open_days: dict[DayName, Stretches | Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        {},
        description='Single days that open, whatever they are: "2026-12-05" = ["10:00-14:00"], or as one does: "fri".',
    )
    holidays: Text = Field(
        "",
        description="Public holidays of a country or a part of it, and the days worked for them: DE, DE-BY, CN.",
    )


class Targets(Section):
    """How long each promise may take; what is left out is not promised."""

    first_response: AnyDuration | None = Field(None, description="Until the first answer.")
    next_response: AnyDuration | None = Field(None, description="Until every further answer.")
    resolution: AnyDuration | None = Field(None, description="Until the ticket is resolved.")


class Pauses(Section):
    """In which states a promise's clock stands still."""

    first_response: list[Pausing] = Field(["waiting-customer"], description="The first response's.")
    next_response: list[Pausing] = Field(["waiting-customer"], description="The next response's.")
    resolution: list[Pausing] = Field(
        ["waiting-customer", "waiting-third-party", "waiting-child"], description="The resolution's."
    )


class Sla(Targets):
    """A promise to customers, as [sla.NAME]; without any target it is the table in docs/clock.md."""

    priorities: dict[Id, Targets] = Field({}, description="Other targets for single priorities.")
    hours: Id | Literal[""] = Field(
        "", description="The [hours.*] that business hours and working days refer to; empty: the team's."
    )
    customers: list[Id] = Field([], description="Tags of customers to whom it is promised whatever the team.")
    warn_at: list[int] = Field(
        [80, 100, 150], description="At which shares of the time people are warned, in percent; empty: never."
    )
    pause: Pauses = Field(Pauses(), description=Pauses.__doc__)
