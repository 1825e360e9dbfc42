// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @title An arbitrator that rules whatever it is asked to, at once.
contract RulingOnDemand is IArbitrator {
    /// @notice What a dispute costs.
    uint256 public immutable fee;
    /// @notice What is taken of it.
    uint256 public immutable taken;

    IArbitrable[] private _arbitrables;
    mapping(uint256 disputeID => uint256) private _rulings;

    /// @param fee_ See {fee}.
    /// @param taken_ See {taken}.
    constructor(uint256 fee_, uint256 taken_) {
        fee = fee_;
        taken = taken_;
    }

    /// @notice Rules on a dispute.
    function give(uint256 disputeID, uint256 ruling) external {
        _rulings[disputeID] = ruling;
        emit Ruling(_arbitrables[disputeID], disputeID, ruling);
        _arbitrables[disputeID].rule(disputeID, ruling);
    }

    /// @inheritdoc IArbitrator
    function createDispute(uint256, bytes calldata, IERC20 feeToken, uint256)
        external
        returns (uint256 disputeID)
    {
        disputeID = _arbitrables.length;
        _arbitrables.push(IArbitrable(msg.sender));
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
        require(feeToken.transferFrom(msg.sender, address(this), taken));
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata, IERC20) external view returns (uint256) {
        return fee;
    }

    /// @inheritdoc IArbitrator
    function currentRuling(uint256 disputeID) external view returns (uint256, bool, bool) {
        return (_rulings[disputeID], false, false);
    }
}
