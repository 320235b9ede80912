"""The rules of a helpdesk, as pure functions of values: no socket, no database, no clock."""
