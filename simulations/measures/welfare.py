"""Welfare: what users gain from the models that may run, less what hidden flaws cost them."""

import numpy as np

from simulations.randomness import Floats


def surplus(quality: Floats, runs: np.ndarray, flawed: np.ndarray, harm: float) -> Floats:
    """What a use is worth to users who choose among versions or use none, shape ``(runs,)``.

    In standard deviations of quality: ``ln(1 + sum of exp(q)) - h sum over the flawed of P``, with
    ``P = exp(q) / (1 + sum of exp(q))`` the part of the uses that a version gets. The first term is
    what a choice is worth by a logit whose outside good is worth nothing (McFadden 1974; Small and
    Rosen 1981): zero where no version runs, more with each version and each better one. The second
    takes off ``h`` for each use of a version whose flaw the user does not see when it chooses
    (Leggett 2002). Prices are left out: what one pays another here gets.

    Parameters
    ----------
    quality
        Quality of versions, shape ``(runs, versions)``.
    runs, flawed
        Which of them may run, and which have a hidden flaw, same shape.
    harm
        What a flaw costs in a use, in standard deviations of quality.
    """
    odds, bad = (_total(np.where(those, np.exp(quality), 0.0)) for those in (runs, runs & flawed))
    return np.log1p(odds) - harm * bad / (1.0 + odds)


def _total(columns: Floats) -> Floats:
    """Sum over the columns, to the same last digit whatever columns of zeros follow.

    In memory of its own: numpy takes another way to a logarithm, and another last digit, when the
    result happens to lie right behind the array that its argument is a column of.
    """
    return np.cumsum(columns, axis=1)[:, -1].copy()
