"""Who somebody is: tokens that bind a person to a ticket, and the trust table."""
