"""Letters to the relay, into a Maildir or onto the console. ``courier`` says what can happen."""
