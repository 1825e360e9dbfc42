"""Lockstep: a run in which the contracts are the only truth.

Each action goes to the bytecode as it is decided. What the contracts refuse did not happen; what
they did is read back, and every number that cohorts and figures see afterwards is theirs: balances
and supply, stakes, exits, locks, delegations and votes at past moments, what was emitted, vested
and streamed, states, tallies, deadlines and quorums of proposals, models, versions and challenges,
auditors and attestations, jurors, panels, votes shown, rulings and what is owed, offers, uses paid
for and where the payments went, signal, reserves and fees, rounds of the exit and claims.

The mechanisms of the simulation are still there for the shape of things, as which slot a proposal
stands in. What belongs to the World stays simulated: :data:`~simulations.lockstep.model.SIMULATED`
names it. Cohorts go by the constitution as it is written where they weigh what to do, so in a DAO
whose contracts say otherwise they may try what is refused.
"""

from simulations.lockstep.model import MOST_MEMBERS, SIMULATED, LockstepModel

__all__ = ["MOST_MEMBERS", "SIMULATED", "LockstepModel"]
