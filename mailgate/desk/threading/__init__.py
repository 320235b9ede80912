"""Which ticket a mail belongs to: the clues in it, and where they lead."""
