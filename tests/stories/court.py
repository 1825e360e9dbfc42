"""How the court sits: jurors put up stakes, a block's number draws them, they vote and are paid."""

from collections.abc import Mapping

import rlp

from governance.chain import Chain
from governance.chain.ape import ApeChain
from governance.chain.rpc import RpcChain
from governance.units import SHARE, TOKEN
from tests.chains import header_of
from tests.contracts.courtroom import DUE, GENERAL, KNOWN, PHASES, SEALED, predict, salt_of, tickets
from tests.contracts.law import refused
from tests.stories.people import JURORS, LEA, ZOE
from tests.stories.stage import RULES, Stage

TERMS = RULES.court.people
FEE = int(TERMS.fee) * TOKEN
"""Wei for each seat."""
RISK = int(TERMS.least_stake) * SHARE
"""Shares that a seat puts at risk; no juror here has two times as many."""
_PREVRANDAO = 13
"""Place of the number in a block's header."""


def mine(chain: Chain, blocks: int) -> None:
    """Let blocks pass in which nothing happens."""
    if isinstance(chain, ApeChain):
        chain.mine(blocks)
    elif isinstance(chain, RpcChain):
        chain.request("anvil_mine", hex(blocks))


def header(chain: Chain, number: int) -> bytes:
    """Return the header of a block as its hash is taken over it."""
    if isinstance(chain, ApeChain):
        return chain.header(number)
    assert isinstance(chain, RpcChain)
    return header_of(chain.request("eth_getBlockByNumber", hex(number), False))


def take_seats(stage: Stage) -> None:
    """Let every juror put up all it has staked."""
    for juror in JURORS:
        stage.act(juror, "court", "setStake", GENERAL, stage.dao.shares(juror))
        assert stage.read("staked", "freeOf", juror) == 0
    total = sum(stage.dao.shares(juror) for juror in JURORS)
    assert stage.read("court", "totalWeight", GENERAL) == total


def phase(stage: Stage, dispute: int) -> str:
    """Name of a dispute's phase."""
    return PHASES[stage.read("court", "disputeOf", dispute)[0][1]]


def deadline(stage: Stage, dispute: int) -> int:
    """End of a dispute's phase."""
    return int(stage.read("court", "disputeOf", dispute)[0][6])


def draw(stage: Stage, dispute: int) -> list[str]:
    """Draw a panel by a number that nobody knew when it was asked for; return its jurors."""
    assert phase(stage, dispute) == "Evidence"
    stage.wait_until(deadline(stage, dispute))
    asked = stage.act(ZOE, "court", "requestDraw", dispute).told("SessionOpened")["request"]
    with refused("DrawsInProgress", GENERAL):
        stage.act(LEA, "court", "setStake", GENERAL, 0)
    seed = prove(stage, asked)
    deed = stage.act(ZOE, "court", "draw", dispute, 100)
    panel = [str(seat["juror"]) for seat in deed.all("Drawn")]
    weights = {juror: stage.dao.shares(juror) for juror in JURORS}
    numbers = tickets(seed, dispute, 1)
    assert panel == predict(weights, weights, RISK, TERMS.seats, numbers), "anyone can recompute it"
    assert len(set(panel)) == TERMS.seats
    assert phase(stage, dispute) == "Commit"
    return panel


def prove(stage: Stage, asked: int) -> int:
    """Wait for a block and prove the number in its header."""
    chain = stage.chain
    assert stage.read("randomness", "statusOf", asked) == SEALED
    mine(chain, asked - chain.block() - 2)
    assert stage.read("randomness", "statusOf", asked) == DUE
    with refused("RandomnessNotKnown", asked):
        stage.act(ZOE, "court", "draw", stage.read("court", "disputes") - 1, 100)
    mine(chain, 4)
    with refused("NotTheBlock"):
        stage.act(ZOE, "randomness", "prove", asked, header(chain, asked + 1))
    found = header(chain, asked)
    stage.act(ZOE, "randomness", "prove", asked, found)
    seed = int.from_bytes(rlp.decode(found)[_PREVRANDAO])
    assert stage.read("randomness", "statusOf", asked) == KNOWN
    assert stage.read("randomness", "valueOf", asked) == seed != 0
    return seed


def vote(stage: Stage, dispute: int, votes: Mapping[str, int]) -> None:
    """Let a panel vote in hiding and reveal, and let the time for an appeal pass."""
    for juror, choice in votes.items():
        hidden = stage.read("court", "commitmentOf", dispute, 0, juror, choice, salt_of(juror))
        stage.act(juror, "court", "commit", dispute, hidden)
    assert stage.read("court", "currentRuling", dispute)[0] == 0, "nobody can tell yet"
    stage.act(ZOE, "court", "advance", dispute)
    for juror, choice in votes.items():
        stage.act(juror, "court", "reveal", dispute, choice, salt_of(juror))
    stage.act(ZOE, "court", "advance", dispute)
    assert phase(stage, dispute) == "Appeal"
    with refused("TooEarly", dispute, deadline(stage, dispute)):
        stage.act(ZOE, "court", "advance", dispute)
    stage.wait_until(deadline(stage, dispute))
    stage.act(ZOE, "court", "advance", dispute)
    assert phase(stage, dispute) == "Execution"


def worth(stage: Stage, *slashed: int) -> list[int]:
    """Tell what slashed shares send, one after the other, if nothing streams meanwhile."""
    assert stage.read("staked", "unstreamed") == (0, 0)
    assets, supply = (stage.read("staked", name) for name in ("totalAssets", "totalSupply"))
    sent = []
    for shares in slashed:
        sent.append(shares * (assets + 1) // (supply + SHARE // TOKEN))
        assets, supply = assets - sent[-1], supply - shares
    return sent


def settle(stage: Stage, dispute: int, votes: Mapping[str, int], ruling: int) -> None:
    """Pay the panel: who voted otherwise is slashed, who voted so shares that and the fees."""
    losers = [juror for juror in votes if votes[juror] != ruling]
    winners = [juror for juror in votes if votes[juror] == ruling]
    before = {juror: (stage.dao.shares(juror), stage.held(juror)) for juror in votes}
    lost = worth(stage, *[RISK] * len(losers))
    deed = stage.act(ZOE, "court", "execute", dispute, 0, 100)
    assert [slash["assets"] for slash in deed.all("JurorSlashed")] == lost
    pot = FEE * len(votes) + sum(lost)
    for juror in votes:
        stage.act(ZOE, "court", "withdraw", juror)
    for juror, (shares, tokens) in before.items():
        assert stage.dao.shares(juror) == shares - RISK * (juror in losers)
        paid = stage.held(juror) - tokens
        assert (0 <= paid - pot // len(winners) <= 1) if juror in winners else paid == 0
    assert stage.held(stage.at["court"]) == 0, "the court keeps nothing"
    assert deed.all("PotForfeited") == []
