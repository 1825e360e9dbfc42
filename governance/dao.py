"""A deployed DAO as one typed object: what it says, and what a member can do.

Every action checks its preconditions with reads first and refuses with the numbers, then
simulates, then sends. Amounts are wei, shares and votes are units of vault shares.
"""

from collections.abc import Sequence
from typing import Any

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from governance import checks
from governance.chain.abi import contract
from governance.chain.decoding import Event
from governance.chain.protocol import Chain, Receipt
from governance.errors import CheckRefused, InputError
from governance.format import refuse_controls, short_id, tokens, when
from governance.format import shares as show_shares
from governance.law import CONTRACTS
from governance.manifest import Manifest
from governance.printing import one_line
from governance.proposals.calls import Call
from governance.rules.voting import KINDS
from governance.status import (
    CHOICES,
    STATES,
    DaoStatus,
    MemberStatus,
    ProposalStatus,
    ProposalText,
)
from governance.transactions import Intent, Witness, carry_out
from governance.units import SHARE
from governance.verify import read


def _digest(description: str) -> bytes:
    return keccak(description.encode("utf-8", "surrogateescape"))


def proposal_id(calls: Sequence[Call], description: str) -> int:
    """Compute the id a governor gives a proposal, off chain (OpenZeppelin's ``hashProposal``)."""
    packed = abi_encode(
        ["address[]", "uint256[]", "bytes[]", "bytes32"],
        [
            [call.target for call in calls],
            [call.value for call in calls],
            [call.data for call in calls],
            _digest(description),
        ],
    )
    return int.from_bytes(keccak(packed), "big")


_CREATED = next(
    event.topic for event in contract("MootGovernor").events if event.name == "ProposalCreated"
)


_RULE = "thresholdBps", "quorumBps", "approvalBps", "votingPeriod", "delay", "valueLimit"


def _kind_names(bits: int) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(KINDS) if bits >> place & 1)


def _proposed(event: Event) -> ProposalText:
    args = event.args
    parts = zip(args["targets"], args["values"], args["calldatas"], strict=True)
    calls = tuple(Call(*part) for part in parts)
    return ProposalText(args["proposalId"], args["proposer"], calls, args["description"])


class Dao:
    """Typed handle on a deployed DAO.

    Parameters
    ----------
    chain : Chain
    manifest : Manifest
        A complete deployment on this chain.
    witness : callable, optional
        Sees each transaction before it is sent, and may stop it by raising.

    Raises
    ------
    InputError
        If the manifest is of another chain, unfinished, or nothing stands at its addresses.
    """

    def __init__(self, chain: Chain, manifest: Manifest, *, witness: Witness | None = None) -> None:
        checks.manifest_fits(chain, manifest)
        self.chain = chain
        self.manifest = manifest
        self.at = manifest.addresses
        self._witness = witness
        self.symbol = one_line(str(self.read("token", "symbol")))

    def read(self, key: str, function: str, *args: Any) -> Any:
        """Call a getter of one of the DAO's contracts, named as in the manifest."""
        return read(self.chain, self.at, key, function, *args)

    # Reads

    def token_balance(self, account: str) -> int:
        """Wei of the token an account holds, not counting what it staked."""
        return int(self.read("token", "balanceOf", account))

    def shares(self, account: str) -> int:
        """Vault share units an account holds, not counting those on their way out."""
        return int(self.read("staked", "balanceOf", account))

    def votes(self, account: str) -> int:
        """Mature votes delegated to an account now."""
        return int(self.read("staked", "getVotes", account))

    def member(self, account: str) -> MemberStatus:
        """Return everything the DAO knows about one account."""
        exiting, ready = self.read("staked", "exitOf", account)
        return MemberStatus(
            address=account,
            tokens=self.token_balance(account),
            shares=self.shares(account),
            votes=self.votes(account),
            delegate=self.read("staked", "delegates", account),
            exiting=exiting,
            exit_ready=ready if exiting else 0,
        )

    def proposals(self) -> list[ProposalText]:
        """Return everything ever proposed, oldest first, from the governor's events."""
        logs = self.chain.logs(self.at["governor"], since=self.manifest.block)
        events = [log.decode() for log in logs if log.topics[0] == _CREATED]
        return [_proposed(event) for event in events if event is not None]

    def find(self, prefix: str) -> int:
        """Return the id of the one proposal whose id begins with some digits.

        Raises
        ------
        InputError
            If none or several do.
        """
        if not prefix.isascii() or not prefix.isdigit():
            raise InputError(f"{prefix!r} is not a proposal id: give its first digits")
        known = [text.id for text in self.proposals()]
        found = [identifier for identifier in known if str(identifier).startswith(prefix)]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(short_id(i) for i in (found or known)) or "none yet"
        problem = f"{len(found)} proposals begin" if found else "no proposal begins"
        raise InputError(f"{problem} with {prefix} (proposals: {listed})")

    def proposal(self, identifier: int) -> ProposalStatus:
        """Return a proposal as it stands now.

        Raises
        ------
        InputError
            If there is no such proposal.
        """
        return self._status(self._text(identifier))

    def status(self) -> DaoStatus:
        """Return the DAO as it stands now."""
        now = self.chain.timestamp()
        return DaoStatus(
            name=self.read("token", "name"),
            symbol=self.symbol,
            chain_id=self.chain.chain_id,
            time=now,
            supply=self.read("token", "totalSupply"),
            cap=self.read("token", "cap"),
            treasury=self.token_balance(self.at["treasury"]),
            treasury_shares=self.shares(self.at["treasury"]),
            staked=self.read("staked", "totalAssets"),
            shares=self.read("staked", "totalSupply"),
            share_price=self.read("staked", "convertToAssets", SHARE),
            votable=self.read("staked", "getPastTotalSupply", now - 1),
            vesting=self.token_balance(self.at["vesting"]),
            emissions_pending=self.read("emissions", "pending"),
            proposals=tuple(self._status(text) for text in self.proposals()),
        )

    def beneficiary(self, grant: int) -> str:
        """Return the account that a vesting grant pays.

        Raises
        ------
        InputError
            If there is no such grant.
        """
        count = self.read("vesting", "count")
        if not 0 <= grant < count:
            raise InputError(f"grant {grant}: there are {count}, counted from 0")
        return str(self.read("vesting", "grant", grant)[0])

    def kinds_of(self, calls: Sequence[Call]) -> tuple[str, ...]:
        """Kinds of a proposal that makes these calls, as the chain derives them."""
        return _kind_names(self._kinds(calls))

    def strictest(self, calls: Sequence[Call]) -> dict[str, int]:
        """Return the rule that a proposal of these calls is held to beyond the general ones."""
        rule = self.read("kinds", "strictest", self._kinds(calls))
        return dict(zip(_RULE, rule, strict=True))

    def _kinds(self, calls: Sequence[Call]) -> int:
        parts = [c.target for c in calls], [c.value for c in calls], [c.data for c in calls]
        return int(self.read("kinds", "kindsOf", *parts))

    # Actions

    def transfer(self, sender: str, to: str, amount: int) -> Receipt:
        """Send tokens to an account."""
        checks.can_spend(self, sender, amount)
        sentence = f"Send {tokens(amount)} {self.symbol} to {to}"
        return self._send(sentence, sender, "token", "transfer", to, amount)

    def stake(self, sender: str, amount: int) -> Receipt:
        """Deposit tokens in the vault; allows it to take them first where needed."""
        checks.can_spend(self, sender, amount)
        vault = self.at["staked"]
        if self.read("token", "allowance", sender, vault) < amount:
            sentence = f"Allow the vault to take {tokens(amount)} {self.symbol}"
            self._send(sentence, sender, "token", "approve", vault, amount)
        sentence = f"Stake {tokens(amount)} {self.symbol}"
        return self._send(sentence, sender, "staked", "deposit", amount, sender)

    def delegate(self, sender: str, to: str) -> Receipt:
        """Let another account vote with the sender's stake."""
        checks.can_delegate(self, sender, to)
        sentence = f"Delegate the votes of {sender} to {to}"
        return self._send(sentence, sender, "staked", "delegate", to)

    def request_exit(self, sender: str, amount: int) -> Receipt:
        """Start the way out for some shares: no votes from now on."""
        checks.can_exit(self, sender, amount)
        sentence = f"Ask to leave with {show_shares(amount)} shares"
        return self._send(sentence, sender, "staked", "requestExit", amount)

    def cancel_exit(self, sender: str) -> Receipt:
        """Take back the whole exit; the shares vote again once mature."""
        if not self.member(sender).exiting:
            raise CheckRefused(f"{sender} has no exit to take back")
        return self._send("Take back the exit", sender, "staked", "cancelExit")

    def redeem(self, sender: str) -> Receipt:
        """Take out the tokens of an exit whose cooldown is over."""
        amount = checks.ready_to_redeem(self, sender)
        sentence = f"Redeem {show_shares(amount)} shares for {self.symbol}"
        return self._send(sentence, sender, "staked", "redeem", amount, sender, sender)

    def propose(self, sender: str, calls: Sequence[Call], description: str) -> int:
        """Propose calls for the treasury to make, and return the proposal's id."""
        identifier = proposal_id(calls, description)
        checks.can_propose(self, sender, calls, identifier)
        arguments = [c.target for c in calls], [c.value for c in calls], [c.data for c in calls]
        sentence = f"Propose: {description}"
        self._send(sentence, sender, "governor", "propose", *arguments, description)
        return identifier

    def vote(self, sender: str, identifier: int, choice: str, reason: str = "") -> Receipt:
        """Vote ``for``, ``against`` or ``abstain``."""
        if choice not in CHOICES:
            raise InputError(f"vote {choice!r}: choose {', '.join(CHOICES)}")
        refuse_controls(reason, "reason")
        weight = checks.can_vote(self, sender, self.proposal(identifier))
        sentence = f"Vote {choice} proposal {short_id(identifier)} with {show_shares(weight)} votes"
        arguments = identifier, CHOICES.index(choice), reason
        return self._send(sentence, sender, "governor", "castVoteWithReason", *arguments)

    def queue(self, sender: str, identifier: int) -> Receipt:
        """Start the timelock of a proposal that passed."""
        status = self.proposal(identifier)
        checks.in_state(self, status, "Succeeded", "queued")
        sentence = f"Queue proposal {short_id(identifier)} in the treasury"
        return self._send(sentence, sender, "governor", "queue", *_arguments(status))

    def execute(self, sender: str, identifier: int) -> Receipt:
        """Carry out a queued proposal whose timelock is over."""
        status = self.proposal(identifier)
        checks.in_state(self, status, "Queued", "executed")
        now = self.chain.timestamp()
        if now < status.eta:
            raise CheckRefused(
                f"proposal {short_id(identifier)} waits in the timelock: it can be executed from "
                f"{when(status.eta, now)}"
            )
        sentence = f"Execute proposal {short_id(identifier)}"
        return self._send(sentence, sender, "governor", "execute", *_arguments(status))

    def release_emissions(self, sender: str) -> Receipt:
        """Mint what the schedule owes to stakers and treasury."""
        checks.is_due(self.read("emissions", "pending"), "the emissions")
        sentence = f"Mint the emissions due to stakers and treasury of {self.symbol}"
        return self._send(sentence, sender, "emissions", "release")

    def release_vesting(self, sender: str, grant: int) -> Receipt:
        """Pay what has vested of a grant to its beneficiary."""
        self.beneficiary(grant)
        checks.is_due(self.read("vesting", "releasable", grant), f"grant {grant}")
        sentence = f"Pay what has vested of grant {grant}"
        return self._send(sentence, sender, "vesting", "release", grant)

    def _send(self, sentence: str, sender: str, key: str, function: str, *args: Any) -> Receipt:
        data = contract(CONTRACTS[key]).encode(function, *args)
        return carry_out(self.chain, Intent(sentence, sender, self.at[key], data), self._witness)

    def _text(self, identifier: int) -> ProposalText:
        for text in self.proposals():
            if text.id == identifier:
                return text
        raise InputError(f"no proposal {short_id(identifier)}… on this chain")

    def _status(self, text: ProposalText) -> ProposalStatus:
        def ask(function: str) -> Any:
            return self.read("governor", function, text.id)

        snapshot = ask("proposalSnapshot")
        _threshold, _quorum, approval, kinds = ask("proposalTerms")
        against, in_favour, abstain = ask("proposalVotes")
        closed = snapshot < self.chain.timestamp()
        return ProposalStatus(
            id=text.id,
            state=STATES[ask("state")],
            proposer=text.proposer,
            description=text.description,
            calls=text.calls,
            for_votes=in_favour,
            against_votes=against,
            abstain_votes=abstain,
            snapshot=snapshot,
            deadline=ask("proposalDeadline"),
            eta=ask("proposalEta"),
            kinds=_kind_names(kinds),
            approval_bps=approval,
            quorum=ask("proposalQuorum") if closed else None,
            votable=self.read("staked", "getPastTotalSupply", snapshot) if closed else None,
        )


def _arguments(status: ProposalStatus) -> tuple[Any, ...]:
    calls = status.calls
    return (
        [call.target for call in calls],
        [call.value for call in calls],
        [call.data for call in calls],
        _digest(status.description),
    )
