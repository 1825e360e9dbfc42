// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @title An arbitrator for tests: whoever calls it sets the fee and the rulings.
/// @notice It can also misbehave: rule while a dispute is being made, rule again, and give the number of
/// an older dispute to a new one.
contract SettableArbitrator is IArbitrator {
    using SafeERC20 for IERC20;

    /// @notice Fee of the next dispute, in wei of any token.
    uint256 public cost;
    /// @notice Ruling given while a dispute is being made, plus 1; 0 gives none.
    uint256 public rushed;
    /// @notice Whether the next dispute has the number of the last one.
    bool public repeating;

    IArbitrable[] private _arbitrables;
    mapping(uint256 disputeID => uint256) private _rulings;

    /// @param cost_ First {cost}.
    constructor(uint256 cost_) {
        cost = cost_;
    }

    /// @notice Sets the {cost}.
    function setCost(uint256 newCost) external {
        cost = newCost;
    }

    /// @notice Rules on the next dispute while it is being made.
    function rush(uint256 ruling) external {
        rushed = ruling + 1;
    }

    /// @notice Gives the next disputes the number of the last one.
    function repeatNumbers() external {
        repeating = true;
    }

    /// @notice Rules on a dispute, as often as it is called.
    function giveRuling(uint256 disputeID, uint256 ruling) external {
        _rulings[disputeID] = ruling;
        emit Ruling(_arbitrables[disputeID], disputeID, ruling);
        _arbitrables[disputeID].rule(disputeID, ruling);
    }

    /// @inheritdoc IArbitrator
    function createDispute(uint256, bytes calldata, IERC20 feeToken, uint256)
        external
        returns (uint256 disputeID)
    {
        IArbitrable arbitrable = IArbitrable(msg.sender);
        feeToken.safeTransferFrom(msg.sender, address(this), cost);
        if (repeating) return _arbitrables.length - 1;
        disputeID = _arbitrables.length;
        _arbitrables.push(arbitrable);
        emit DisputeCreation(disputeID, arbitrable);
        if (rushed > 0) arbitrable.rule(disputeID, rushed - 1);
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata, IERC20) external view returns (uint256) {
        return cost;
    }

    /// @inheritdoc IArbitrator
    function currentRuling(uint256 disputeID) external view returns (uint256, bool, bool) {
        return (_rulings[disputeID], false, false);
    }

    /// @notice How many disputes there are.
    function count() external view returns (uint256) {
        return _arbitrables.length;
    }
}
