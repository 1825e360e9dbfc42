// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Nobody proposes before the stakes have had time to mature.
/// @notice A DAO that opens at once belongs, for one maturity, to whoever staked first.
abstract contract GovernorOpening is Governor {
    /// @dev Longest time from deploying to opening: a wrong second must not close the DAO for ever.
    uint48 private constant MAX_WAIT = 730 days;

    /// @notice First second in which anyone can propose; 0 if it was open at once.
    uint48 public immutable opensAt;

    error GovernorNotOpenYet(uint48 opensAt);
    error GovernorOpensTooLate(uint48 opensAt, uint48 latest);

    /// @param opensAt_ See {opensAt}.
    constructor(uint48 opensAt_) {
        uint48 latest = Time.timestamp() + MAX_WAIT;
        if (opensAt_ > latest) revert GovernorOpensTooLate(opensAt_, latest);
        opensAt = opensAt_;
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal virtual override returns (uint256) {
        if (clock() < opensAt) revert GovernorNotOpenYet(opensAt);
        return super._propose(targets, values, calldatas, description, proposer);
    }
}
