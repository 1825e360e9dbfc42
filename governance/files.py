"""Files that cannot be read or written, as errors of the user's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from governance.errors import InputError


@contextmanager
def touching(path: Path, verb: str) -> Iterator[None]:
    """Turn what the system says about a file into one message; ``verb`` is read or written.

    Raises
    ------
    InputError
        If the body raises OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{path}: cannot be {verb} ({reason}): see to its permissions, or give another folder "
            "with --state"
        ) from None
