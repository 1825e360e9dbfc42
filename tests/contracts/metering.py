"""What transactions cost on a node, ours and those of OpenZeppelin's Governor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from eth_account import Account
from eth_account.signers.local import LocalAccount

from governance.chain import Log
from governance.chain.rpc import RpcChain, RpcReceipt
from governance.units import DAY, TOKEN
from tests import chains
from tests.contracts import law
from tests.contracts.courtroom import court
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE, FOR, Proposal, role
from tests.contracts.registries import AUDITORS, SAFETY, models
from tests.contracts.test_curation import curators
from tests.contracts.test_market import shop

SIGNER: LocalAccount = Account.from_key("0x" + "11" * 32)
DESCRIPTION = "pay Eve"
BALLOT = (
    ("proposalId", "uint256"),
    ("support", "uint8"),
    ("voter", "address"),
    ("nonce", "uint256"),
)
DOMAIN = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)

Figures = dict[str, int]


class MeterReceipt(RpcReceipt):
    """A receipt that the set-ups of the embedded chain can read."""

    def logs_of(self, address: str) -> Iterator[Log]:
        """Yield the events of one contract."""
        return (log for log in self.logs if log.address == address)


class Meter(RpcChain):
    """A development node where every sender has coins; keeps the gas of the last transaction."""

    gas = 0

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract."""
        self._provide(sender)
        return super().deploy(sender, init_code, value=value)

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> MeterReceipt:
        """Send a transaction and note its gas."""
        self._provide(sender)
        receipt = super().send(sender, to, data, value=value)
        self.gas = receipt.gas_used
        return MeterReceipt(**vars(receipt))

    def _provide(self, sender: str) -> None:
        if self.balance(sender) < TOKEN:
            self.fund(sender, 100 * TOKEN)


@contextmanager
def node() -> Iterator[Meter]:
    """Run anvil with a clock that moves only when it is set."""
    with chains.anvil() as url:
        yield Meter(url)


def ballot(dao: Any, proposal: Proposal, name: str) -> bytes:
    """Sign a vote for a proposal."""
    types = {"EIP712Domain": DOMAIN, "Ballot": BALLOT}
    message = {
        "types": {
            kind: [{"name": name, "type": type_} for name, type_ in fields]
            for kind, fields in types.items()
        },
        "primaryType": "Ballot",
        "domain": {
            "name": name,
            "version": "1",
            "chainId": dao.chain.chain_id,
            "verifyingContract": dao.governor.address,
        },
        "message": {
            "proposalId": proposal.id,
            "support": FOR,
            "voter": SIGNER.address,
            "nonce": dao.governor.read("nonces", SIGNER.address),
        },
    }
    return bytes(SIGNER.sign_typed_data(full_message=message).signature)


def life(dao: Any, name: str) -> Iterator[tuple[str, int]]:
    """Carry a payment through a DAO and yield the gas of each step."""
    pay = dao.token.encode("transfer", EVE, 5 * TOKEN)
    proposal = Proposal(dao, ([dao.token.address], [0], [pay]), DESCRIPTION)
    dao.governor.send(ALICE, "propose", *proposal.calls, proposal.text)
    yield "propose", dao.chain.gas
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.vote(BOB, FOR)
    yield "castVote", dao.chain.gas
    signature = ballot(dao, proposal, name)
    dao.governor.send(EVE, "castVoteBySig", proposal.id, FOR, SIGNER.address, signature)
    yield "castVoteBySig", dao.chain.gas
    proposal.close()
    proposal.send(EVE, "queue")
    yield "queue", dao.chain.gas
    dao.chain.set_time(dao.governor.read("proposalEta", proposal.id))
    proposal.send(EVE, "execute")
    yield "execute", dao.chain.gas


def governing(_: Meter) -> Iterator[tuple[str, int]]:
    """Measure our governor."""
    dao = law.dao()
    for voter in (ALICE, BOB, SIGNER.address):
        dao.stake(voter, 50 * TOKEN)
    dao.chain.advance(2 * DAY)
    yield from life(dao, "Moot")


def governing_plainly(chain: Meter) -> Iterator[tuple[str, int]]:
    """Measure OpenZeppelin's Governor with the same voters, terms and proposal."""
    token = law.deploy(chain, "PlainVotes", ADMIN, 10**9 * TOKEN)
    timelock = law.deploy(chain, "PlainTimelock", 2 * DAY, ADMIN)
    governor = law.deploy(
        chain, "PlainGovernor", token.address, timelock.address, DAY, 3 * DAY, TOKEN, 0
    )  # fmt: skip
    for name in ("PROPOSER_ROLE", "CANCELLER_ROLE"):
        timelock.send(ADMIN, "grantRole", role(name), governor.address)
    token.send(ADMIN, "transfer", timelock.address, 10**6 * TOKEN)
    for voter in (ALICE, BOB, SIGNER.address):
        token.send(ADMIN, "transfer", voter, 50 * TOKEN)
        token.send(voter, "delegate", voter)
    chain.advance(2 * DAY)
    dao = SimpleNamespace(chain=chain, token=token, governor=governor)
    for step, gas in life(dao, "Plain"):
        yield f"plain.{step}", gas


def staking(chain: Meter) -> Iterator[tuple[str, int]]:
    """Measure a stake's way in and out."""
    pool = law.staking()
    pool.stake(BOB, 10 * TOKEN)
    pool.stake(ALICE, 10 * TOKEN)
    yield "deposit", chain.gas
    shares = pool.vault.read("balanceOf", ALICE)
    pool.vault.send(ALICE, "requestExit", shares)
    yield "requestExit", chain.gas
    chain.advance(7 * DAY)
    pool.vault.send(ALICE, "redeem", shares, ALICE, ALICE)
    yield "redeem", chain.gas


def judging(chain: Meter) -> Iterator[tuple[str, int]]:
    """Measure a panel's work."""
    bench = court()
    jurors = ALICE, BOB, CAROL, EVE, SIGNER.address
    for juror in jurors:
        bench.seat(juror)
    dispute = bench.open()
    bench.empanel(dispute, [ALICE, BOB, CAROL])
    yield "draw", chain.gas
    for juror in (ALICE, BOB, CAROL):
        bench.commit(dispute, juror, 1)
    yield "commit", chain.gas
    bench.pass_phase(dispute, "Reveal")
    for juror in (ALICE, BOB):
        bench.reveal(dispute, juror, 1)
    yield "reveal", chain.gas


def vouching(chain: Meter) -> Iterator[tuple[str, int]]:
    """Measure an attestation."""
    found = models()
    version = found.propose()
    for criterion in (SAFETY, SAFETY - 1):
        found.attest(AUDITORS[0], version, criterion)
    yield "attest", chain.gas


def trading(chain: Meter) -> Iterator[tuple[str, int]]:
    """Measure a signal and a payment."""
    market = curators()
    market.buy(ALICE, 1_000 * TOKEN)
    market.buy(BOB, 1_000 * TOKEN)
    yield "buy", chain.gas
    store = shop()
    store.use()
    store.use()
    yield "pay", chain.gas


SCENES: tuple[Callable[[Meter], Iterator[tuple[str, int]]], ...] = (
    staking, governing, governing_plainly, judging, vouching, trading,
)  # fmt: skip


def measure() -> Figures:
    """Return the gas of every call, by name."""
    figures: Figures = {}
    with node() as chain, patch.object(law, "EmbeddedChain", lambda: chain):
        for scene in SCENES:
            before = chain.snapshot()
            figures |= scene(chain)
            chain.revert(before)
    return figures
