// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IArbitrator} from "./IArbitrator.sol";

/// @title A contract whose disputes an arbitrator rules on (the shape of Kleros v2).
interface IArbitrable {
    /// @notice A dispute was asked for.
    /// @param arbitrator Who will rule.
    /// @param arbitratorDisputeID Its number with the arbitrator.
    /// @param templateId Kind of question that is put to the jurors.
    event DisputeRequest(IArbitrator indexed arbitrator, uint256 indexed arbitratorDisputeID, uint256 templateId);

    /// @notice A ruling was given.
    event Ruling(IArbitrator indexed arbitrator, uint256 indexed disputeID, uint256 ruling);

    /// @notice Carries out a ruling; only the arbitrator calls it, once for each dispute.
    /// @param disputeID The dispute's number with the arbitrator.
    /// @param ruling The choice that won, 0 if the jurors refused to choose.
    function rule(uint256 disputeID, uint256 ruling) external;
}
