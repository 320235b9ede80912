"""mailgate: a helpdesk whose only screen is the mail client that people already have open. See docs/design.md."""

__version__ = "0.2.0"
