"""Files inside files: winmail.dat, Outlook messages, S/MIME, uuencode, calendars."""
