"""Where a mail goes: rules as values, keywords found fast, who is given the ticket."""
