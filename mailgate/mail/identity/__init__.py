"""Whether the author is proved: the provider's verdict, DKIM, SPF, DMARC."""
