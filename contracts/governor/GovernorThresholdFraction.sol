// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";

/// @title A proposal threshold that is a fraction of the votable supply.
/// @notice A fixed number of votes is too high while few stake and too low once many do; a fraction
/// follows them.
abstract contract GovernorThresholdFraction is GovernorVotes {
    uint16 private constant BASIS_POINTS = 10_000;
    /// @dev Largest threshold, in basis points: above one half, most of the stake might be too little.
    uint16 private constant MAX_THRESHOLD = 5_000;

    uint16 private _proposalThresholdBps;

    event ProposalThresholdBpsSet(uint16 oldThresholdBps, uint16 newThresholdBps);

    error GovernorInvalidThresholdFraction(uint16 thresholdBps, uint16 largest);

    /// @param thresholdBps First threshold, in basis points of the votable supply.
    constructor(uint16 thresholdBps) {
        _setProposalThresholdBps(thresholdBps);
    }

    /// @notice Votes needed to propose now: the fraction of the votable supply one second ago, which is
    /// also when the proposer's votes are counted.
    function proposalThreshold() public view virtual override returns (uint256) {
        return token().getPastTotalSupply(clock() - 1) * _proposalThresholdBps / BASIS_POINTS;
    }

    /// @notice The threshold in basis points of the votable supply.
    function proposalThresholdBps() public view returns (uint16) {
        return _proposalThresholdBps;
    }

    /// @notice Sets the threshold, by a proposal.
    function setProposalThresholdBps(uint16 thresholdBps) external onlyGovernance {
        _setProposalThresholdBps(thresholdBps);
    }

    function _setProposalThresholdBps(uint16 thresholdBps) private {
        if (thresholdBps > MAX_THRESHOLD) revert GovernorInvalidThresholdFraction(thresholdBps, MAX_THRESHOLD);
        emit ProposalThresholdBpsSet(_proposalThresholdBps, thresholdBps);
        _proposalThresholdBps = thresholdBps;
    }
}
