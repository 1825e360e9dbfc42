// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The treasury: a timelock that holds the funds and the roles of the DAO.
/// @notice What a vote decides waits here for the delay, in the open, before anyone may execute it. The
/// treasury administers itself, so only a vote can change the delay or its roles.
contract Treasury is TimelockController {
    /// @param minDelay Seconds between queueing and executing.
    /// @param proposers Accounts that may queue and cancel: the governor alone, once deployed.
    /// @param executors Accounts that may execute; the zero address lets everyone.
    /// @param admin Account that sets the roles up and then renounces; the zero address for none.
    constructor(uint256 minDelay, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(minDelay, proposers, executors, admin)
    {}
}
