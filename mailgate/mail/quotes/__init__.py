"""What of a text is new, and what is quote, signature, disclaimer or forwarded."""
