"""Bytes to values: what a mail says, who wrote it, what is new in it. No socket, no database."""
