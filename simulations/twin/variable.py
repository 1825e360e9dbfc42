"""Variables: running comparisons of what both courts say of one thing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from governance.units import SHARE, TOKEN
from simulations.randomness import Floats, Ints

BOUND_REL = 1e-9
"""Relative bound on amounts: float64 carries 16 digits, and a year of a member's deposits,
exits and payments loses a few of them; nine are left for certain."""
BOUND_ABS = 1e-6
"""Absolute bound in tokens: a millionth, the finest amount members act in."""
SCALES = {"tokens": float(TOKEN), "shares": float(SHARE)}
"""How many of a contract's units there are in one of an amount's."""
MOST_WAITING = 20_000
"""Values of a variable that wait."""
NOBODY = -1
"""Stands for the member of a value that is no member's."""

type Numbers = Sequence[float]


@dataclass
class Variable:
    """Running comparison of one state variable.

    What is to be compared waits until there is much of it, for a comparison of many days' values
    costs hardly more than one of a day's.
    """

    unit: str
    exact: bool
    scale: float = 1.0
    compared: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    first_day: int | None = None
    first_member: int | None = None
    _days: list[tuple[int, int, Ints | None]] = field(default_factory=list)
    _simulated: list[float] = field(default_factory=list)
    _enforced: list[float] = field(default_factory=list)

    def add(self, day: int, simulated: Numbers, enforced: Numbers, members: Ints | None) -> None:
        """Note values of both courts, ``n`` each; ``members`` says whose they are."""
        if len(simulated) != len(enforced):
            raise ValueError(f"{len(simulated)} values cannot be compared with {len(enforced)}")
        self._days.append((day, len(enforced), members))
        self._simulated.extend(simulated)
        self._enforced.extend(enforced)
        if len(self._enforced) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Compare what waits."""
        if not self._days:
            return
        days, sizes, members = zip(*self._days, strict=True)
        who = [
            np.full(size, NOBODY) if each is None else each
            for size, each in zip(sizes, members, strict=True)
        ]
        simulated, enforced = np.array(self._simulated), np.array(self._enforced, dtype=np.float64)
        self.take(np.repeat(days, sizes), np.concatenate(who), simulated, enforced)
        for waiting in (self._days, self._simulated, self._enforced):
            waiting.clear()

    def take(self, days: Ints, members: Ints, simulated: Floats, enforced: Floats) -> None:
        """Compare values in order of their days, shape ``(n,)``; ``enforced`` is unscaled."""
        enforced = enforced / self.scale
        gap = np.nan_to_num(np.abs(simulated - enforced), nan=np.inf, posinf=np.inf)
        size = np.nan_to_num(np.abs(enforced), nan=1.0)
        self.compared += gap.size
        self.max_abs = max(self.max_abs, float(gap.max()))
        self.max_rel = max(self.max_rel, float((gap / np.maximum(size, 1.0)).max()))
        over = np.flatnonzero(gap > (0.0 if self.exact else BOUND_ABS + BOUND_REL * size))
        if over.size and (self.first_day is None or days[over[0]] < self.first_day):
            self.first_day, member = int(days[over[0]]), int(members[over[0]])
            self.first_member = None if member == NOBODY else member
