"""Read a live DAO back: its rules of now, who holds what, and what is before the voters."""

from governance.reading.accounts import Account, People
from governance.reading.state import DaoState, OpenProposal, VestingGrant, read_dao

__all__ = ["Account", "DaoState", "OpenProposal", "People", "VestingGrant", "read_dao"]
