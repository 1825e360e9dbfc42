"""Proposal kinds: typed fields to calls that a governor can execute, and back to sentences."""

from governance.proposals.calls import Action, Call, describe
from governance.proposals.grant import Grant

__all__ = ["Action", "Call", "Grant", "describe"]
