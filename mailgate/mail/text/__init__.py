"""Octets to text: charsets, encoded words, transfer encodings; and which language it is."""
