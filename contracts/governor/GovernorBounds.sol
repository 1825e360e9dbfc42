// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";

/// @title Bounds of the settings that a vote could lock every later vote out with.
/// @notice They hold for the first settings too.
abstract contract GovernorBounds is GovernorSettings {
    /// @dev Longest voting delay, and shortest and longest voting period, in seconds.
    uint48 private constant MAX_DELAY = 30 days;
    uint32 private constant MIN_PERIOD = 1 minutes;
    uint32 private constant MAX_PERIOD = 60 days;

    error GovernorVotingDelayTooLong(uint48 votingDelay, uint48 longest);
    error GovernorVotingPeriodOutOfBounds(uint32 votingPeriod, uint32 shortest, uint32 longest);

    /// @inheritdoc GovernorSettings
    function _setVotingDelay(uint48 newVotingDelay) internal override {
        if (newVotingDelay > MAX_DELAY) revert GovernorVotingDelayTooLong(newVotingDelay, MAX_DELAY);
        super._setVotingDelay(newVotingDelay);
    }

    /// @inheritdoc GovernorSettings
    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        if (newVotingPeriod < MIN_PERIOD || newVotingPeriod > MAX_PERIOD) {
            revert GovernorVotingPeriodOutOfBounds(newVotingPeriod, MIN_PERIOD, MAX_PERIOD);
        }
        super._setVotingPeriod(newVotingPeriod);
    }
}
