// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a schedule of new tokens needs to know of how much the DAO's models are used.
interface IUsageMeter {
    /// @notice Wei that use has burned so far. Never falls.
    function usage() external view returns (uint256 burned);
}
