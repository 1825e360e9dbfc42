// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IPulse} from "../interfaces/IPulse.sol";
import {ProposalKinds} from "./ProposalKinds.sol";

/// @title The treasury: a timelock that holds the funds and the roles of the DAO.
/// @notice What a vote decides waits here for the delay, in the open, before it is executed: for the
/// treasury's own delay or for that of its kinds, whichever is longer. The treasury administers itself,
/// so only a vote can change the delay or its roles.
contract Treasury is TimelockController, IPulse {
    /// @notice Tells how long each kind of call waits.
    ProposalKinds public immutable kinds;
    /// @inheritdoc IPulse
    /// @dev Told by the `CallExecuted` events too.
    uint48 public lastExecution;

    /// @param minDelay Seconds between queueing and executing, whatever the kind.
    /// @param proposers Accounts that may queue and cancel: the governor alone, once deployed.
    /// @param executors Accounts that may execute: the governor alone, once deployed, whose {execute} is
    /// open to everyone and asks the guard first.
    /// @param admin Account that sets the roles up and then renounces; the zero address for none.
    /// @param kinds_ Rules of the kinds.
    constructor(
        uint256 minDelay,
        address[] memory proposers,
        address[] memory executors,
        address admin,
        ProposalKinds kinds_
    ) TimelockController(minDelay, proposers, executors, admin) {
        kinds = kinds_;
    }

    /// @inheritdoc TimelockController
    /// @notice One call waits for the delay asked for, or for that of its kind if it is longer.
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        uint256 least = kinds.strictest(kinds.kindsOfCall(target, value, data)).delay;
        super.schedule(target, value, data, predecessor, salt, Math.max(delay, least));
    }

    /// @inheritdoc TimelockController
    /// @notice A bundle waits for the delay asked for, or for the longest of its kinds if that is longer.
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        uint256 least = kinds.delayOf(targets, values, payloads);
        super.scheduleBatch(targets, values, payloads, predecessor, salt, Math.max(delay, least));
    }

    function _execute(address target, uint256 value, bytes calldata data) internal override {
        lastExecution = Time.timestamp();
        super._execute(target, value, data);
    }
}
