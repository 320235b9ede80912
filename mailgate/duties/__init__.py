"""What time makes due, one file a duty: each is a pure function from what is due to plans."""
