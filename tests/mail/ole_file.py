"""A writer of small compound files (MS-CFB), so that the tests can make Outlook messages of their own."""

from __future__ import annotations

import struct

FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
Folder = dict[str, "bytes | Folder"]


def compound_file(root: Folder) -> bytes:
    """The file for a tree of storages (dictionaries) and streams (octets); streams are padded to 4096 octets."""
    entries: list[list[object]] = []  # name, kind, right, child, content
    add(entries, "Root Entry", root, 5)
    sectors: list[bytes] = []
    chains: list[int] = []

    def store(content: bytes) -> int:
        first = len(sectors)
        count = -(-len(content) // 512)
        for number in range(count):
            sectors.append(content[number * 512 : number * 512 + 512].ljust(512, b"\0"))
            chains.append(END if number == count - 1 else first + number + 1)
        return first

    directory = b""
    for name, kind, right, child, content in entries:
        data = content if isinstance(content, bytes) else b""
        start = store(data.ljust(4096, b"\0")) if kind == 2 else END
        size = max(len(data), 4096) if kind == 2 else 0
        encoded = str(name).encode("utf-16-le") + b"\0\0"
        directory += encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), int(str(kind)), 1)
        directory += struct.pack("<III", NONE, int(str(right)), int(str(child))) + b"\0" * 36
        directory += struct.pack("<IQ", start, size)
    directory_start = store(directory.ljust(-(-len(directory) // 512) * 512, b"\0"))
    fat_count = 1
    while (len(sectors) + fat_count) > fat_count * 128:
        fat_count += 1
    fat_start = len(sectors)
    chains += [FAT] * fat_count
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(fat_count * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, fat_count, directory_start, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *(fat_start + n if n < fat_count else FREE for n in range(109)))
    return header + b"".join(sectors) + table


def add(entries: list[list[object]], name: str, content: bytes | Folder, kind: int) -> int:
    """Append an entry and what is in it; its number."""
    number = len(entries)
    entries.append([name, kind, NONE, NONE, content])
    if isinstance(content, dict):
        before = None
        for child in sorted(content, key=lambda one: (len(one), one.upper())):
            inner = content[child]
            at = add(entries, child, inner, 1 if isinstance(inner, dict) else 2)
            if before is None:
                entries[number][3] = at
            else:
                entries[before][2] = at
            before = at
    return number
