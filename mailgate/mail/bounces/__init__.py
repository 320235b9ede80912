"""The dialects in which mail servers say that a letter did not arrive; ``mailgate.mail.bounce`` asks them in order."""
