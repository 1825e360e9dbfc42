"""The macro model: the same DAO with nobody told apart, for thousands of futures at a time.

It reads the same scenario as the member model (constitution and world, horizon and seed) and keeps
one value per run, or one per run and *column*: sixteen columns of holders by the yield they ask
for, one of the civic few who ask for none, one of the insiders. What members do by chance, a
column does in the mean. Take it where supply, stake, treasury and turnout are asked for; where it
matters who holds the votes, take the member model.

What it assumes, and the member model does not:

- **Nobody else.** There are holders, delegates, insiders and the treasury: no models, audits,
  court, market or pool. All of the community's tokens are the holders'.
- **Launch.** A run draws the holders that the member model would draw for it, up to 5,000, and
  keeps the sums by column; more holders are added as their expected value. A column asks for one
  yield, the mean taste of its tokens; sixteen columns come within 0.2 points of the members'
  staked share, eight within 0.5. The civic few stake whatever the yield, insiders never.
- **Looking.** Of each column the same part looks every day: one over ``holders_look_every``. That
  part of the tokens at hand is staked when today's yield reaches what the column asks for, and
  that part of the stake asked back when it falls below by the hysteresis. So there is no chance
  in who comes first.
- **Leaving.** Stake asked back cools down to the day and earns meanwhile; then of what is ready
  that same part goes home each day. It can be staked again the day after.
- **Maturity.** A column votes with the less of what it had at the snapshot and ``maturity``
  earlier. Members who left and others who came in between count as one.
- **Delegation.** The part of a column's tokens whose owners lend their votes is fixed at launch,
  and so is how the lent votes fall to the delegates, of whom the 32 most trusted are told apart.
- **Duty.** Nobody weighs what a vote can change: ``world.attention.cost`` counts as 0. The more
  that cost lets large members vote, the more turnout by weight is above the macro model's.
- **Turnout.** Of votes, direct and lent, the part is cast whose owners have looked and voted by
  then, ``1 - (1 - p v)**n`` after ``n`` days. How far a single vote strays from that follows from
  how few hold the votes: a Beta distribution with the variance of as many equal voters. Votes
  come in bit by bit, so a quorum that a few large voters would reach late and at once is reached
  earlier: fewer votes are extended, and turnout is up to 1.5 points lower in a village of forty.
- **Support.** A voter is in favour with ``Phi((quality + leniency) / noise)``, and the part in
  favour strays in the same way. Abstentions are in the mean.
- **Proposals.** Days, sizes and qualities of ideas are the member model's own draws. One is made
  when more delegates hold the threshold than have a vote running or a defeat behind them; which of
  them does not matter. Quorum, approval, late quorum, timelock, spending limit, expiry and rest
  after a defeat are the contracts' rules, day by day.
- **Grants** go to the column of a random holder, and are staked as its other tokens are.
- **Insiders** take home what vests once a month and do not stake; the keeper never fails.

Emissions, vesting, spending limit and ledger are the member model's own code.

>>> from simulations.macro.rehearsal import rehearse_macro
>>> from simulations.scenario import load_scenario
>>> done = rehearse_macro(load_scenario("startup", days=1000), 10_000)  # doctest: +SKIP
"""
