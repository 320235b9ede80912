"""The letters that people see of mailgate: from values to bytes; no socket, no database."""
