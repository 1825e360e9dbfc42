"""The sections of a constitution, one file a concern: what a DAO can choose, with bounds."""

from governance.units import DAY

OURS = "house choice, to be rehearsed"
"""Source of a default that nobody else vouches for."""
MOST = 10**11
"""Most tokens of a DAO: above it float64 cannot hold a millionth of a token beside the supply."""
YEAR = 365 * DAY
