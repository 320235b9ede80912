"""HTML that an agent may safely see, and the text in it."""
