// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {MootGovernor} from "../../contracts/governor/MootGovernor.sol";
import {ProposalKinds} from "../../contracts/governor/ProposalKinds.sol";
import {QuorumRule} from "../../contracts/governor/QuorumRule.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Handler, VM} from "./Harness.sol";

/// @title Stakers who propose, vote, take their votes back, queue, execute and cancel.
contract GovernorHandler is Handler {
    /// @notice A proposal of one call, and what was seen of it.
    struct Proposal {
        uint256 id;
        address target;
        bytes call;
        bytes32 text;
        address proposer;
        uint256 amount;
        uint256 quorum;
        uint256 approvalBps;
        uint256 earliest;
        IGovernor.ProposalState seen;
    }

    address public constant PAYEE = address(0xbeef);

    MootGovernor private immutable governor;
    StakedMoot private immutable vault;
    MootToken private immutable token;

    Proposal[] private _proposals;
    /// @notice One more than the choice of an account, as a delegate or for itself alone; 0 for none.
    mapping(uint256 id => mapping(address voter => uint256)) public voted;
    mapping(uint256 id => mapping(address voter => uint256)) public overrode;
    /// @notice Wei that executed proposals paid.
    uint256 public paid;
    /// @notice States that were left against the rules, and executions that should not have been.
    uint256 public backwards;
    uint256 public unearned;

    constructor(MootGovernor governor_, StakedMoot vault_, MootToken token_) {
        (governor, vault, token) = (governor_, vault_, token_);
        _people("member", 5);
        _allow(token_, address(vault_));
    }

    modifier watched() {
        _;
        for (uint256 i = 0; i < _proposals.length; ++i) {
            _look(_proposals[i]);
        }
    }

    // Stakes

    function stake(uint256 who, uint256 amount) external counted watched {
        vault.deposit(_bound(amount, TOKEN, 1_000 * TOKEN), _actor(who));
    }

    function leave(uint256 who, uint256 part) external counted watched {
        address account = _actor(who);
        uint256 shares = _part(part, vault.balanceOf(account));
        if (shares == 0) return;
        VM.prank(account);
        vault.requestExit(shares);
    }

    function delegate(uint256 who, uint256 to) external counted watched {
        VM.prank(_actor(who));
        vault.delegate(_actor(to));
    }

    // Proposals

    function propose(uint256 who, uint256 what, uint256 amount) external counted watched {
        _propose(who, what, amount);
    }

    function vote(uint256 who, uint256 which, uint256 support) external counted watched {
        (Proposal storage made, address account) = (_open(which), _actor(who));
        for (uint256 i = 1; governor.hasVoted(made.id, account) && i < actors.length; ++i) {
            account = _actor(who % 64 + i);
        }
        VM.prank(account);
        governor.castVote(made.id, _support(support));
        voted[made.id][account] = _support(support) + 1;
    }

    /// @dev Everyone votes for it, so that some proposals pass.
    function carry(uint256 which) external counted watched {
        _carry(_open(which));
    }

    function takeBack(uint256 who, uint256 which, uint256 support) external counted watched {
        Proposal storage made = _open(which);
        address account = _actor(who);
        VM.prank(account);
        governor.castOverrideVote(made.id, _support(support), "");
        overrode[made.id][account] = _support(support) + 1;
    }

    function voteTwice(uint256 who, uint256 which, uint256 support) external counted watched {
        Proposal storage made = _open(which);
        address account = _actor(who);
        if (!governor.hasVoted(made.id, account)) return;
        VM.prank(account);
        try governor.castVote(made.id, _support(support)) {
            ++unearned;
        } catch {}
    }

    function queue(uint256 which) external counted watched {
        _queue(which);
    }

    /// @dev Executes what waits, once it has waited.
    function execute(uint256 which) external counted watched {
        (bool found, uint256 place) = _find(which, IGovernor.ProposalState.Queued);
        Proposal storage made = found ? _proposals[place] : _queue(which);
        uint256 eta = governor.proposalEta(made.id);
        if (_now() < eta) VM.warp(eta);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        if (!_earned(made)) ++unearned;
        paid += made.amount;
        governor.execute(targets, values, calls, made.text);
    }

    /// @dev Whatever is executed in whatever state must have been earned.
    function executeWrongly(uint256 which) external counted watched {
        Proposal storage made = _proposals[which % _proposals.length];
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        if (_earned(made)) return;
        try governor.execute(targets, values, calls, made.text) {
            ++unearned;
        } catch {}
    }

    function cancel(uint256 which) external counted watched {
        (bool found, uint256 place) = _find(which, IGovernor.ProposalState.Pending);
        Proposal storage made = found ? _proposals[place] : _propose(which, which / 8, which / 64);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        VM.prank(made.proposer);
        governor.cancel(targets, values, calls, made.text);
    }

    /// @dev Once a vote is open, only the proposal of somebody who no longer has the threshold is canceled.
    function cancelWrongly(uint256 who, uint256 which) external counted watched {
        Proposal storage made = _open(which);
        bool weak = governor.getVotes(made.proposer, _now() - 1) < governor.proposalTerms(made.id).threshold;
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        VM.prank(who % 2 == 0 ? made.proposer : _actor(who));
        try governor.cancel(targets, values, calls, made.text) {
            if (!weak) ++unearned;
        } catch {}
    }

    function wait(uint256 time) external counted watched {
        _wait(time, 2 days);
    }

    // Reading

    function proposals() external view returns (Proposal[] memory) {
        return _proposals;
    }

    function _bundle(Proposal storage made)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (made.target, made.call);
    }

    /// @dev Funding, a parameter, or a change of the quorum, which is constitutional.
    function _call(uint256 what, uint256 amount) private view returns (address, bytes memory) {
        if (what == 0) {
            return (address(token), abi.encodeCall(token.transfer, (PAYEE, _bound(amount, 1, 100 * TOKEN))));
        }
        if (what == 1) return (address(vault), abi.encodeCall(vault.setCooldown, (uint48(amount % 30 days))));
        QuorumRule rule = governor.quorumRule();
        uint208 floor = uint208(amount % (100 * SHARE));
        QuorumRule.Base base = QuorumRule.Base(amount % 3);
        return (address(rule), abi.encodeCall(rule.setRule, (base, uint16(amount % 2_000), floor, floor + 1)));
    }

    function _propose(uint256 who, uint256 what, uint256 amount) private returns (Proposal storage made) {
        made = _proposals.push();
        (made.target, made.call) = _call(what % 3, amount);
        if (what % 3 == 0) made.amount = _bound(amount, 1, 100 * TOKEN);
        string memory text = string(abi.encodePacked("proposal ", bytes32(_proposals.length)));
        made.text = keccak256(bytes(text));
        made.proposer = _ready(who);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        VM.prank(made.proposer);
        made.id = governor.propose(targets, values, calls, text);
        made.approvalBps = governor.proposalTerms(made.id).approvalBps;
    }

    /// @dev Half of the choices are for.
    function _support(uint256 seed) private pure returns (uint8) {
        return seed % 4 == 3 ? 1 : uint8(seed % 4);
    }

    /// @dev Someone with votes, who has stake or is given some.
    function _ready(uint256 seed) private returns (address account) {
        for (uint256 i = 0; i < actors.length; ++i) {
            account = _actor(seed % 64 + i);
            if (governor.getVotes(account, _now() - 1) > governor.proposalThreshold() * 2 + 1) return account;
        }
        account = _actor(seed);
        vault.deposit(500 * TOKEN, account);
        VM.prank(account);
        vault.delegate(account);
        _pass(vault.maturity() + 2);
    }

    /// @dev A proposal that can be voted on now.
    function _open(uint256 seed) private returns (Proposal storage made) {
        (bool found, uint256 place) = _find(seed, IGovernor.ProposalState.Active);
        if (found) return _proposals[place];
        (found, place) = _find(seed, IGovernor.ProposalState.Pending);
        made = found ? _proposals[place] : _propose(seed, seed / 8, seed / 64);
        VM.warp(governor.proposalSnapshot(made.id) + 1);
    }

    /// @dev Queues what passed; if nothing did, lets an open vote pass first.
    function _queue(uint256 which) private returns (Proposal storage made) {
        (bool found, uint256 place) = _find(which, IGovernor.ProposalState.Succeeded);
        made = found ? _proposals[place] : _open(which);
        if (!found) {
            _carry(made);
            VM.warp(governor.proposalDeadline(made.id) + 1);
        }
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _bundle(made);
        made.earliest = _now() + _delayOf(targets, values, calls);
        governor.queue(targets, values, calls, made.text);
    }

    function _carry(Proposal storage made) private {
        for (uint256 i = 0; i < actors.length; ++i) {
            if (governor.hasVoted(made.id, actors[i])) continue;
            VM.prank(actors[i]);
            governor.castVote(made.id, 1);
            voted[made.id][actors[i]] = 2;
        }
    }

    function _find(uint256 seed, IGovernor.ProposalState state) private view returns (bool, uint256 place) {
        for (uint256 i = 0; i < _proposals.length; ++i) {
            place = (seed % 64 + i) % _proposals.length;
            if (governor.state(_proposals[place].id) == state) return (true, place);
        }
        return (false, 0);
    }

    function _delayOf(address[] memory targets, uint256[] memory values, bytes[] memory calls)
        private
        view
        returns (uint256)
    {
        ProposalKinds kinds = governor.proposalKinds();
        uint256 delay = kinds.delayOf(targets, values, calls);
        return delay > 2 days ? delay : 2 days;
    }

    /// @dev Whether a proposal has passed by the rules of its snapshot and waited.
    function _earned(Proposal storage made) private view returns (bool) {
        (uint256 against, uint256 inFavour, uint256 abstaining) = governor.proposalVotes(made.id);
        bool passed = inFavour > against && inFavour * 10_000 >= (inFavour + against) * made.approvalBps;
        bool quorate = inFavour + abstaining >= made.quorum;
        return passed && quorate && made.earliest != 0 && _now() >= made.earliest;
    }

    /// @dev Notes the quorum once it is known, and every state that is left against the rules.
    function _look(Proposal storage made) private {
        IGovernor.ProposalState now_ = governor.state(made.id);
        if (made.quorum == 0 && _now() > governor.proposalSnapshot(made.id)) {
            made.quorum = governor.proposalQuorum(made.id);
        }
        if (now_ == made.seen) return;
        if (_rank(made.seen) >= 4 || _rank(now_) <= _rank(made.seen)) ++backwards;
        if (now_ == IGovernor.ProposalState.Executed && msg.sig != this.execute.selector) ++backwards;
        bool canceling = msg.sig == this.cancel.selector || msg.sig == this.cancelWrongly.selector;
        if (now_ == IGovernor.ProposalState.Canceled && !canceling) ++backwards;
        made.seen = now_;
    }

    /// @dev Pending, active, succeeded, queued; and four for what is never left.
    function _rank(IGovernor.ProposalState state) private pure returns (uint256) {
        if (state <= IGovernor.ProposalState.Active) return uint256(state);
        if (state == IGovernor.ProposalState.Succeeded) return 2;
        return state == IGovernor.ProposalState.Queued ? 3 : 4;
    }
}
