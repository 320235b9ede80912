"""Mail from IMAP folders. ``mailboxes`` is the imap process."""
