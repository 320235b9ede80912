"""What becomes of a mail, one file a way that it can go; ``desk.decide`` picks the way."""
