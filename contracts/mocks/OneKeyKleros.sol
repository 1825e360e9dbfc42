// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IKlerosCore} from "../interfaces/IKlerosCore.sol";

/// @title A stand-in for a Kleros v2 court in which anyone gives the ruling. For tests alone.
contract OneKeyKleros is IKlerosCore {
    /// @notice Fee of a seat, in wei of the chain's own coin.
    uint256 public constant SEAT = 0.005 ether;

    /// @notice A dispute: who opened it, what it was told and paid, and its ruling.
    struct Dispute {
        address arbitrable;
        uint256 choices;
        bytes extraData;
        uint256 paid;
        uint256 ruling;
    }

    Dispute[] private _disputes;

    error ArbitrationFeesNotEnough(uint256 paid, uint256 cost);

    /// @param skipped Disputes of others that came first.
    constructor(uint256 skipped) {
        for (uint256 i = 0; i < skipped; ++i) {
            _disputes.push();
        }
    }

    /// @inheritdoc IKlerosCore
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeID) {
        uint256 cost = arbitrationCost(extraData);
        if (msg.value < cost) revert ArbitrationFeesNotEnough(msg.value, cost);
        disputeID = _disputes.length;
        _disputes.push(Dispute(msg.sender, choices, extraData, msg.value, 0));
    }

    /// @notice Sets a ruling.
    function decide(uint256 disputeID, uint256 ruling) external {
        _disputes[disputeID].ruling = ruling;
    }

    /// @notice Has the arbitrable carry its ruling out.
    function executeRuling(uint256 disputeID) external {
        Dispute storage dispute = _disputes[disputeID];
        IArbitrable(dispute.arbitrable).rule(disputeID, dispute.ruling);
    }

    /// @inheritdoc IKlerosCore
    function currentRuling(uint256 disputeID) external view returns (uint256 ruling, bool tied, bool overridden) {
        return (_disputes[disputeID].ruling, false, false);
    }

    /// @notice A dispute.
    function disputeOf(uint256 disputeID) external view returns (Dispute memory) {
        return _disputes[disputeID];
    }

    /// @inheritdoc IKlerosCore
    function arbitrationCost(bytes calldata extraData) public pure returns (uint256 cost) {
        (, uint256 seats) = abi.decode(extraData, (uint256, uint256));
        return (seats == 0 ? 3 : seats) * SEAT;
    }
}
