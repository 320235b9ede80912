"""Business hours, and the timers that mails start and stop."""
