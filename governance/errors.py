"""The errors a user can meet; each maps to one exit code of the ``moot`` command."""

from governance.printing import printable


class MootError(Exception):
    """Base of every error that is the user's to read. Exit code 1."""

    exit_code = 1

    def __str__(self) -> str:
        """Message, printable even where it quotes what a stranger wrote."""
        return printable(super().__str__())


class InputError(MootError):
    """A field, file or argument is wrong: the message names it, its limit and the fix."""

    exit_code = 2


class CheckRefused(MootError):
    """A check said no before anything was sent or claimed."""

    exit_code = 3


class ChainError(MootError):
    """The chain or the RPC endpoint refused, failed or cannot be reached."""

    exit_code = 4


class PartialStudy(MootError):
    """A study is done in part; what is finished is kept, and it can be resumed."""

    exit_code = 5


class MissingPart(MootError):
    """An optional part is not installed: the message says how to get it."""
