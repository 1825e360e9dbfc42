// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IArbitrable} from "./IArbitrable.sol";

/// @title Who rules on disputes (the shape of Kleros v2, with fees in an ERC-20).
interface IArbitrator {
    /// @notice A dispute was created.
    event DisputeCreation(uint256 indexed disputeID, IArbitrable indexed arbitrable);

    /// @notice A final ruling was given.
    event Ruling(IArbitrable indexed arbitrable, uint256 indexed disputeID, uint256 ruling);

    /// @notice Opens a dispute for the caller, which pays the fee from its own balance.
    /// @param choices Number of choices besides refusing to choose.
    /// @param extraData Packs the court, the least number of jurors and the dispute kit.
    /// @param feeToken Token of the fee.
    /// @param feeAmount What the caller allows the arbitrator to take, at least the cost.
    /// @return disputeID Number of the dispute, counted from 0.
    function createDispute(uint256 choices, bytes calldata extraData, IERC20 feeToken, uint256 feeAmount)
        external
        returns (uint256 disputeID);

    /// @notice What a dispute costs, in wei of `feeToken`.
    function arbitrationCost(bytes calldata extraData, IERC20 feeToken) external view returns (uint256 cost);

    /// @notice The ruling as it stands.
    /// @return ruling The leading choice, 0 for none.
    /// @return tied Whether choices tie for the lead.
    /// @return overridden Whether an appeal was won by default of the other side.
    function currentRuling(uint256 disputeID) external view returns (uint256 ruling, bool tied, bool overridden);
}
