// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title A decision that nobody carries out lapses.
/// @notice A proposal that succeeded can be queued for a grace period after its vote, and executed for as
/// long after its delay; then it expires, so that no old decision comes back when nobody watches any more,
/// and none waits for years until something it was refused for has changed.
abstract contract GovernorExpiry is Governor {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Shortest and longest grace period, in seconds.
    uint32 private constant MIN_GRACE = 1 hours;
    uint32 private constant MAX_GRACE = 90 days;

    Checkpoints.Trace208 private _graces;

    event GracePeriodSet(uint256 oldGracePeriod, uint256 newGracePeriod);

    error GovernorGracePeriodOutOfBounds(uint32 gracePeriod, uint32 shortest, uint32 longest);

    /// @param gracePeriod_ First grace period, in seconds.
    constructor(uint32 gracePeriod_) {
        _setGracePeriod(gracePeriod_);
    }

    /// @notice Seconds after its vote in which a proposal that succeeded can be queued, and after its delay
    /// in which it can be executed.
    function gracePeriod() public view returns (uint256) {
        return _graces.latest();
    }

    /// @notice Last second in which a proposal can be queued or, once it is, executed. Fixed once its
    /// snapshot is past, but for an extension of the vote and for the delay it is queued with.
    function proposalExpiry(uint256 proposalId) public view returns (uint256) {
        uint256 grace = _graces.upperLookup(uint48(proposalSnapshot(proposalId)));
        return Math.max(proposalDeadline(proposalId), proposalEta(proposalId)) + grace;
    }

    /// @notice See {IGovernor-state}. Nothing that expired is ever executed.
    function state(uint256 proposalId) public view virtual override returns (ProposalState) {
        ProposalState current = super.state(proposalId);
        bool waits = current == ProposalState.Succeeded || current == ProposalState.Queued;
        return waits && clock() > proposalExpiry(proposalId) ? ProposalState.Expired : current;
    }

    /// @notice Sets the grace period of votes whose snapshot is yet to come, by a proposal.
    function setGracePeriod(uint32 newGracePeriod) external onlyGovernance {
        _setGracePeriod(newGracePeriod);
    }

    function _setGracePeriod(uint32 newGracePeriod) private {
        if (newGracePeriod < MIN_GRACE || newGracePeriod > MAX_GRACE) {
            revert GovernorGracePeriodOutOfBounds(newGracePeriod, MIN_GRACE, MAX_GRACE);
        }
        // slither-disable-next-line unused-return: the new value is the one just pushed
        (uint208 oldGracePeriod,) = _graces.push(clock(), newGracePeriod);
        emit GracePeriodSet(oldGracePeriod, newGracePeriod);
    }
}
