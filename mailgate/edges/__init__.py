"""One outside thing each: servers, mailboxes, relay, spool, DNS, processes. The only place with sockets and files."""
