"""The rules by which a mail is judged, by what they look for; ``mailgate.mail.classify`` holds their order."""
