"""The constitution: every rule a DAO can choose, as one typed object and one TOML file.

It supplies the constructor arguments of the contracts and the rules of the simulation, so
that there is one place where a rule is written down. Its sections are in ``governance.rules``.
"""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from governance.rules.justice import Court, Kleros
from governance.rules.market import Curation, Exit, Grants, Market
from governance.rules.models import Gate, Registry
from governance.rules.money import Allocation, Emissions, Token, Vesting
from governance.rules.voting import Governor, Guard, Guardian, Kinds, Staking, Treasury
from governance.settings import Settings, load
from governance.units import BPS, to_wei

PRESETS = Path(__file__).parent / "presets"


class Constitution(Settings):
    """Every rule of one DAO."""

    token: Token
    allocation: Allocation
    emissions: Emissions
    vesting: Vesting
    staking: Staking
    governor: Governor
    kinds: Kinds = Kinds()
    guard: Guard = Guard()
    guardian: Guardian = Guardian()
    treasury: Treasury
    registry: Registry = Registry()
    gate: Gate = Gate()
    court: Court = Court()
    kleros: Kleros = Kleros()
    curation: Curation = Curation()
    market: Market = Market()
    grants: Grants = Grants()
    exit: Exit = Exit()

    @model_validator(mode="after")
    def _supply_fits(self) -> Self:
        if self.governor.quorum_floor > self.token.cap:
            raise ValueError(
                f"governor.quorum_floor {self.governor.quorum_floor} exceeds "
                f"token.cap {self.token.cap}, so nothing could ever pass: lower it"
            )
        if self.token.initial_supply > self.token.cap:
            raise ValueError(
                f"token.initial_supply {self.token.initial_supply} exceeds "
                f"token.cap {self.token.cap}: lower it"
            )
        return self

    @property
    def seed(self) -> int:
        """Wei the treasury stakes at launch: as many as the quorum's floor has shares.

        A share then stands for about a token for good. Without a first stake, whoever stakes
        first could make a share so dear, by a gift to the vault, that no floor counted in
        shares could ever be reached.
        """
        return min(to_wei(self.governor.quorum_floor), self.allocated("treasury"))

    def allocated(self, bucket: str) -> int:
        """Wei of the initial supply that go to a bucket; the community takes the remainder."""
        supply = to_wei(self.token.initial_supply)
        parts = {
            name: supply * int(getattr(self.allocation, name) * BPS) // BPS
            for name in ("treasury", "team", "investors")
        }
        return parts.get(bucket, supply - sum(parts.values()))


def load_constitution(source: str | Path) -> Constitution:
    """Load a constitution from a preset's name (``startup``) or a TOML file.

    Raises
    ------
    InputError
        If it does not exist, or a field is unknown or out of bounds.
    """
    return load(Constitution, source, PRESETS)
