// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VM} from "./Harness.sol";
import {Law} from "./Law.sol";
import {VaultHandler} from "./VaultHandler.sol";

/// @title What must hold of the vault of stakes.
contract VaultTest is Law {
    VaultHandler private handler;

    function setUp() external {
        _deployLaw();
        handler = new VaultHandler(vault, token, address(treasury));
        token.transfer(address(handler), SUPPLY);
        VM.startPrank(address(treasury));
        vault.grantRole(vault.SLASHER_ROLE(), address(handler));
        vault.grantRole(vault.LOCKER_ROLE(), address(handler.lockers(0)));
        vault.grantRole(vault.LOCKER_ROLE(), address(handler.lockers(1)));
        VM.stopPrank();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_vault_holds_what_went_in_and_not_out() external view {
        _equal(token.balanceOf(address(vault)), handler.paidIn() - handler.paidOut(), "held");
    }

    function invariant_shares_are_worth_at_most_the_assets() external view {
        uint256 assets = vault.totalAssets();
        _atMost(vault.convertToAssets(vault.totalSupply()), assets, "worth");
        _atMost(assets, token.balanceOf(address(vault)), "assets");
        _equal(handler.wrongs(), 0, "wrongs");
    }

    function invariant_what_streamed_and_what_did_not_is_what_was_given() external view {
        (uint256 unstreamed, uint48 remaining) = vault.unstreamed();
        _atMost(unstreamed, handler.rewarded(), "unstreamed");
        _atMost(remaining, vault.MAX_PERIOD(), "remaining");
        if (vault.totalSupply() == 0) return;
        _equal(vault.totalAssets() + unstreamed, token.balanceOf(address(vault)), "streamed and not");
    }

    function invariant_the_escrow_is_the_sum_of_the_exits() external view {
        (uint256 exiting, uint256 active) = (0, 0);
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            (uint256 shares,) = vault.exitOf(handler.actors(i));
            exiting += shares;
            active += vault.balanceOf(handler.actors(i));
        }
        _equal(vault.balanceOf(address(vault)), exiting, "escrow");
        _equal(vault.totalSupply(), active + exiting, "shares");
    }

    function invariant_locks_are_those_of_the_lockers() external view {
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            address account = handler.actors(i);
            uint256 sum;
            for (uint256 j = 0; j < 2; ++j) {
                address locker = address(handler.lockers(j));
                _equal(vault.lockedBy(account, locker), handler.locked(locker, account), "locked by one");
                sum += vault.lockedBy(account, locker);
            }
            _equal(vault.lockedOf(account), sum, "locked");
        }
    }

    function invariant_votes_never_exceed_the_votable_supply() external view {
        uint256 timepoint = _now() - 1;
        (uint256 votes, uint256 own) = (0, 0);
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            votes += vault.getPastVotes(handler.actors(i), timepoint);
            own += vault.getPastBalanceOf(handler.actors(i), timepoint);
        }
        uint256 delegated = vault.getPastDelegatedSupply(timepoint);
        _atMost(votes, delegated, "votes");
        _atMost(own, votes, "own parts of votes");
        _atMost(delegated, vault.getPastTotalSupply(timepoint), "delegated supply");
    }

    function invariant_past_votes_never_change() external view {
        for (uint256 i = 0; i < handler.memoryCount(); ++i) {
            (uint48 timepoint, address account, uint256 votes, uint256 supply, uint256 delegated) =
                handler.memories(i);
            _equal(vault.getPastVotes(account, timepoint), votes, "past votes");
            _equal(vault.getPastTotalSupply(timepoint), supply, "past supply");
            _equal(vault.getPastDelegatedSupply(timepoint), delegated, "past delegated supply");
        }
    }

    /// @dev In the end everyone can leave with what they have.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            _leave(handler.actors(i));
        }
        _pass(30 days);
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            address account = handler.actors(i);
            (uint256 shares,) = vault.exitOf(account);
            VM.prank(account);
            vault.redeem(shares, account, account);
        }
        _equal(vault.totalSupply(), 0, "shares");
    }

    function _leave(address account) private {
        for (uint256 i = 0; i < 2; ++i) {
            handler.lockers(i).unlock(account, vault.lockedBy(account, address(handler.lockers(i))));
        }
        uint256 shares = vault.balanceOf(account);
        VM.prank(account);
        if (shares > 0) vault.requestExit(shares);
        else vault.delegate(account);
    }
}
