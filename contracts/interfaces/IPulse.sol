// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Something that tells when it last acted.
interface IPulse {
    /// @notice When it last executed a call, in seconds since 1970; 0 for never.
    function lastExecution() external view returns (uint48 timestamp);
}
