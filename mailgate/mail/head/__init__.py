"""The header block: lines to fields, fields to addresses, dates and Message-IDs."""
