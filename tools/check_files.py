"""Refuse files that do not belong in the repository: large ones and private keys."""

import re
import sys
from pathlib import Path

LARGEST = 1_048_576
"""Bytes a committed file may have."""
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|\"(?:cipherparams|ciphertext)\"\s*:")


def faults(path: Path) -> list[str]:
    """List what is wrong with a file, in words."""
    found = []
    size = path.stat().st_size
    if size > LARGEST:
        found.append(f"{path}: {size:,} bytes, more than {LARGEST:,}")
    if _KEY.search(path.read_bytes()):
        found.append(f"{path}: holds a private key or a keystore")
    return found


def main(names: list[str]) -> int:
    """Check the files named and exit 1 if one is refused."""
    paths = [Path(name) for name in names]
    found = [fault for path in paths if path.is_file() for fault in faults(path)]
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
