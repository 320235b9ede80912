"""A name server on loopback, whose answers are a dict."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers from a dict of (name, type) to record texts; nothing under ``silent`` is answered, and nothing at all
    while it is ``deaf``."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.failing = self.deaf = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve nobody any more."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            packet, peer = self._socket.recvfrom(4096)
            if packet == b"end":
                return
            query = dns.message.from_wire(packet)
            (question,) = query.question
            name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
            self.asked.append((name, kind))
            if not self.deaf and not name.endswith("silent"):
                self._socket.sendto(self._answer(query, name, kind).to_wire(), peer)

    def _answer(self, query: dns.message.Message, name: str, kind: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.records:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *self.records[name, kind]))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
