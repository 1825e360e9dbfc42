"""The drift table folded by contract: one row for each, the worst first."""

import pandas as pd

_OWN = {"proposals": "governor", "stream balance": "staked", "actions accepted": "actions"}
"""Contracts of variables whose names do not tell."""
_HELD = " balance"
"""Ends the name of what the token says that an account holds."""


def contract_of(variable: str) -> str:
    """Key of the contract that was asked for a variable; a name that tells none is its own."""
    if variable in _OWN:
        return _OWN[variable]
    if variable.endswith(_HELD):
        return "token"
    return variable.partition(".")[0]


def by_contract(drift: pd.DataFrame) -> pd.DataFrame:
    """Fold a drift table.

    Parameters
    ----------
    drift
        One row per variable, as :meth:`simulations.twin.drift.Drift.table` gives it.

    Returns
    -------
    DataFrame
        One row per contract, those outside their bound first, then by the largest relative gap:
        ``contract``, ``variables`` (how many), ``compared`` (values of all), ``within`` (all of
        them), and the row of its worst variable.
    """
    table = drift.assign(contract=[contract_of(str(name)) for name in drift["variable"]])
    ranked = table.sort_values(["within", "max_rel"], ascending=[True, False], kind="stable")
    whole = ranked.groupby("contract", sort=False)
    worst = whole.head(1).set_index("contract")
    return worst.assign(
        variables=whole.size(), compared=whole["compared"].sum(), within=whole["within"].all()
    ).reset_index()
