"""Keys and certificates for the tests, made on the spot by the machine's own openssl; without one, a test says so."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest


def openssl(*words: str) -> bytes:
    """What openssl prints; the test is skipped where there is none, or none that knows these words."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl here: install it to run the tests of TLS and of signatures")
    made = subprocess.run([program, *words], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"this openssl does not know: {' '.join(words[:2])}: {made.stderr.decode()[:100]}")
    return made.stdout


def certificate(folder: Path, name: str, *more: str) -> tuple[Path, Path]:
    """The files of a new key and of its certificate for ``name``, signed by itself and good for two days."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    openssl(*words.split(), "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(cert), *more)
    return key, cert


def dkim_record(key_file: Path) -> bytes:
    """What the DNS says of a key that letters are signed with (RFC 6376 section 3.6.1)."""
    public = openssl("rsa", "-in", str(key_file), "-pubout", "-outform", "DER")
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
