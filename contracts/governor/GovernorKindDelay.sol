// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title A timelock that decides itself how long a bundle waits.
/// @notice The treasury makes some kinds of calls wait longer than its own delay; the second from which a
/// proposal can be executed is what the treasury says, not what the governor asked for.
abstract contract GovernorKindDelay is GovernorTimelockControl {
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal virtual override returns (uint48) {
        super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
        TimelockController treasury = TimelockController(payable(timelock()));
        bytes32 salt = bytes20(address(this)) ^ descriptionHash;
        bytes32 operation = treasury.hashOperationBatch(targets, values, calldatas, 0, salt);
        return SafeCast.toUint48(treasury.getTimestamp(operation));
    }
}
