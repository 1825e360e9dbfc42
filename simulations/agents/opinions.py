"""What jurors vote for."""

import numpy as np

from simulations.agents.cohort import Members
from simulations.agents.court_view import Hands
from simulations.agents.view import View
from simulations.mechanisms.registry import REJECTED, UPHELD
from simulations.randomness import Draws, Ints
from simulations.scenario import Rules


class Opinions:
    """Votes of jurors of three characters, drawn for the panel and the juror.

    An honest juror sees who is right with the chance ``world.jury.accuracy``. A selfish one votes
    for what everybody expects, since only who votes with the majority is paid (the belief that
    makes a Schelling point). A conformist votes on appeal as the panel before, and else as an
    honest one.
    """

    def __init__(self, rules: Rules, jurors: Members, draws: Draws) -> None:
        self._first, self._draws = jurors.first, draws.keyed("opinions")
        character = draws.stream("character").uniform_rows(jurors.count)
        selfish = rules.rows("world.jury.selfish")
        either = selfish + rules.rows("world.jury.conformist")
        self._selfish = character < selfish
        self._conforms = ~self._selfish & (character < either)

    def of(self, view: View, hands: Hands) -> Ints:
        """The choice of who sits in each seat, shape ``(n,)``."""
        run, dispute = hands.run, hands.dispute
        at = run, hands.juror - self._first
        right = view.court.right(run, dispute)
        wrong = np.where(right == UPHELD, REJECTED, UPHELD)
        sees = self._draws.uniform(run, dispute, hands.panel, hands.juror)
        opinion = np.where(sees < view.rules["world.jury.accuracy"][run], right, wrong)
        before = view.court.verdict(run, dispute)
        follows = self._conforms[at] & (hands.panel > 0) & (before > 0)
        opinion = np.where(follows, before, opinion)
        return np.where(self._selfish[at], view.court.expected(run, dispute), opinion)
