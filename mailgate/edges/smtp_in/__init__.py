"""Our own SMTP, LMTP and submission servers. ``server`` is the front process."""
