"""Where accepted mail is safe before anything else happens to it."""
