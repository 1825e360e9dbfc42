// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What {KlerosAdapter} needs of a Kleros v2 court: disputes paid in the chain's own coin.
interface IKlerosCore {
    /// @notice Opens a dispute for the caller; the value sent buys the seats.
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeID);

    /// @notice What a dispute costs, in wei of the chain's own coin.
    function arbitrationCost(bytes calldata extraData) external view returns (uint256 cost);

    /// @notice The ruling as it stands.
    function currentRuling(uint256 disputeID) external view returns (uint256 ruling, bool tied, bool overridden);
}
