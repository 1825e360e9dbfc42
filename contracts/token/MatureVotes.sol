// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {VotesExtended} from "@openzeppelin/contracts/governance/utils/VotesExtended.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Votes that count once they have been there for a while.
/// @notice Whatever is counted at a moment is the lesser of what there was then and one maturity before. The
/// clock counts seconds.
abstract contract MatureVotes is ERC20Votes, VotesExtended {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Seconds a stake must have been there before it votes. Fixed, since past votes follow from it.
    uint48 public immutable maturity;

    Checkpoints.Trace208 private _delegated;

    constructor(uint48 maturity_) {
        maturity = maturity_;
    }

    /// @notice The mature votes of `account` now: the lesser of what was delegated to it one maturity
    /// ago and what is delegated to it at this moment.
    /// @dev `DelegateVotesChanged` events carry the delegated shares before this minimum is taken.
    function getVotes(address account) public view override returns (uint256) {
        uint256 delegated = super.getVotes(account);
        uint48 timepoint = clock();
        if (maturity == 0) return delegated;
        if (timepoint < maturity) return 0;
        return Math.min(delegated, super.getPastVotes(account, timepoint - maturity));
    }

    /// @notice The mature votes of `account` at the end of second `timepoint`, which must be past.
    function getPastVotes(address account, uint256 timepoint) public view override returns (uint256) {
        uint256 delegated = super.getPastVotes(account, timepoint);
        if (timepoint < maturity) return 0;
        return Math.min(delegated, super.getPastVotes(account, timepoint - maturity));
    }

    /// @notice The votable supply at `timepoint`: shares that were staked and not exiting, then and one
    /// maturity before. Never less than {getPastDelegatedSupply}.
    function getPastTotalSupply(uint256 timepoint) public view override returns (uint256) {
        uint256 votable = super.getPastTotalSupply(timepoint);
        if (timepoint < maturity) return 0;
        return Math.min(votable, super.getPastTotalSupply(timepoint - maturity));
    }

    /// @notice The part of the votable supply that had a delegate, at `timepoint` and one maturity before.
    /// Never less than the votes of all accounts together.
    function getPastDelegatedSupply(uint256 timepoint) public view returns (uint256) {
        uint256 delegated = _delegated.upperLookupRecent(_validateTimepoint(timepoint));
        if (timepoint < maturity) return 0;
        return Math.min(delegated, _delegated.upperLookupRecent(uint48(timepoint - maturity)));
    }

    /// @notice The part of the mature votes of its delegate at `timepoint` that is the account's own: the
    /// lesser of its shares then and one maturity before, if it had the same delegate at both moments.
    /// @dev This is what a delegator can take back from a vote. All of these parts of one delegate together
    /// are never more than its mature votes, since a sum of minima is at most the minimum of the sums.
    function getPastBalanceOf(address account, uint256 timepoint) public view override returns (uint256) {
        if (timepoint < maturity) return 0;
        uint256 before = timepoint - maturity;
        if (getPastDelegate(account, timepoint) != getPastDelegate(account, before)) return 0;
        return Math.min(super.getPastBalanceOf(account, timepoint), super.getPastBalanceOf(account, before));
    }

    /// @notice Unix time in seconds (ERC-6372).
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice See {clock}.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc VotesExtended
    function _delegate(address account, address delegatee) internal virtual override(Votes, VotesExtended) {
        _moveDelegated(delegates(account), delegatee, _getVotingUnits(account));
        super._delegate(account, delegatee);
    }

    /// @inheritdoc VotesExtended
    function _transferVotingUnits(address from, address to, uint256 amount)
        internal
        virtual
        override(Votes, VotesExtended)
    {
        _moveDelegated(delegates(from), delegates(to), amount);
        super._transferVotingUnits(from, to, amount);
    }

    /// @dev Keeps the sum of all shares that have a delegate.
    function _moveDelegated(address from, address to, uint256 amount) private {
        uint208 latest = _delegated.latest();
        if (amount == 0 || (from == address(0)) == (to == address(0))) return;
        uint208 moved = SafeCast.toUint208(amount);
        // slither-disable-next-line unused-return: nobody asks what stood before
        _delegated.push(clock(), to == address(0) ? latest - moved : latest + moved);
    }
}
