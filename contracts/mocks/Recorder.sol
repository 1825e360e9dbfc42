// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A test double: a target that counts what it is called with, and takes coins.
/// @dev The step is part of the code, so two of different steps have different code hashes.
contract Recorder {
    /// @notice What each call counts.
    uint256 public immutable step;
    /// @notice What all calls counted.
    uint256 public total;

    constructor(uint256 step_) {
        step = step_;
    }

    /// @notice Counts `times` steps.
    function record(uint256 times) external payable {
        total += times * step;
    }

    receive() external payable {}
}
