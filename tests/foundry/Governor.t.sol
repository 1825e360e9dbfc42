// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ProposalKinds} from "../../contracts/governor/ProposalKinds.sol";
import {GovernorHandler} from "./GovernorHandler.sol";
import {VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title What must hold of the governor, the quorum rule and the treasury.
contract GovernorTest is Law {
    GovernorHandler private handler;
    uint256 private funds;

    function setUp() external {
        _deployLaw();
        handler = new GovernorHandler(governor, vault, token);
        funds = SUPPLY / 10;
        token.transfer(address(treasury), funds);
        token.transfer(address(handler), SUPPLY / 2);
        address[] memory targets = new address[](2);
        bytes4[] memory selectors = new bytes4[](2);
        ProposalKinds.Kind[] memory found = new ProposalKinds.Kind[](2);
        (targets[0], selectors[0], found[0]) =
            (address(token), token.transfer.selector, ProposalKinds.Kind.Funding);
        (targets[1], selectors[1], found[1]) =
            (address(vault), vault.setCooldown.selector, ProposalKinds.Kind.Parameter);
        VM.startPrank(address(treasury));
        kinds.setKinds(targets, selectors, found);
        quorumRule.grantRole(ADMIN_ROLE, address(treasury));
        VM.stopPrank();
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            _stake(handler.actors(i), (i + 1) * 100 * TOKEN);
        }
        _pass(2 days);
        handler.propose(0, 0, 1);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_tally_is_that_of_the_voters() external view {
        GovernorHandler.Proposal[] memory all = handler.proposals();
        for (uint256 i = 0; i < all.length; ++i) {
            (uint256 against, uint256 inFavour, uint256 abstaining) = governor.proposalVotes(all[i].id);
            uint256 snapshot = governor.proposalSnapshot(all[i].id);
            if (_now() <= snapshot) continue;
            _atMost(against + inFavour + abstaining, vault.getPastTotalSupply(snapshot), "votes");
            _equal(against, _tally(all[i].id, snapshot, 1), "against");
            _equal(inFavour, _tally(all[i].id, snapshot, 2), "for");
            _equal(abstaining, _tally(all[i].id, snapshot, 3), "abstaining");
        }
    }

    function invariant_what_was_executed_passed_and_waited() external view {
        _equal(handler.unearned(), 0, "executed, canceled or voted twice without right");
    }

    function invariant_nobody_else_moves_the_treasury() external view {
        _equal(token.balanceOf(address(treasury)), funds - handler.paid(), "funds");
        _equal(token.balanceOf(handler.PAYEE()), handler.paid(), "paid");
    }

    function invariant_proposals_only_go_forward() external view {
        _equal(handler.backwards(), 0, "steps back");
    }

    function invariant_a_past_quorum_never_changes() external view {
        GovernorHandler.Proposal[] memory all = handler.proposals();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].quorum != 0) _equal(governor.proposalQuorum(all[i].id), all[i].quorum, "quorum");
        }
    }

    /// @dev In the end whoever has the votes can still make the treasury pay.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        _stake(address(this), SUPPLY / 10);
        _pass(2 days);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) =
            (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(token), abi.encodeCall(token.transfer, (address(this), 1)));
        uint256 id = governor.propose(targets, values, calls, "the last one");
        VM.warp(governor.proposalSnapshot(id) + 1);
        governor.castVote(id, 1);
        VM.warp(governor.proposalDeadline(id) + 1);
        governor.queue(targets, values, calls, keccak256("the last one"));
        VM.warp(governor.proposalEta(id));
        governor.execute(targets, values, calls, keccak256("the last one"));
        _equal(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Executed), "state");
    }

    /// @dev Votes of a choice: those of delegates less what was taken back, and those that took back.
    function _tally(uint256 id, uint256 snapshot, uint256 choice) private view returns (uint256) {
        (uint256 sum, uint256 less) = (0, 0);
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            address account = handler.actors(i);
            uint256 own = vault.getPastBalanceOf(account, snapshot);
            if (handler.voted(id, account) == choice) sum += vault.getPastVotes(account, snapshot);
            uint256 taken = handler.overrode(id, account);
            if (taken == choice) sum += own;
            if (taken != 0 && handler.voted(id, vault.getPastDelegate(account, snapshot)) == choice) less += own;
        }
        return sum - less;
    }
}
