// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @title Whoever asks a court: which one, and how its fee is paid.
/// @notice The account that wants a dispute pays its fee.
abstract contract CourtClient is IArbitrable, AccessControl {
    using SafeERC20 for IERC20;

    /// @notice The token of court fees.
    IERC20 public immutable feeToken;
    /// @notice Who rules on disputes from now on.
    IArbitrator public arbitrator;
    /// @notice What the arbitrator is told: court, jurors, dispute kit.
    bytes public extraData;

    event ArbitratorSet(IArbitrator arbitrator, bytes extraData);

    error FeeAboveMaximum(uint256 fee, uint256 maximum);
    error TransferTaxed(IERC20 token, uint256 expected, uint256 received);

    /// @param feeToken_ See {feeToken}.
    /// @param arbitrator_ First {arbitrator}.
    /// @param extraData_ First {extraData}.
    constructor(IERC20 feeToken_, IArbitrator arbitrator_, bytes memory extraData_) {
        feeToken = feeToken_;
        _setArbitrator(arbitrator_, extraData_);
    }

    /// @notice Sets who rules on disputes from now on. Those that are open stay where they are.
    function setArbitrator(IArbitrator newArbitrator, bytes calldata newExtraData)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        _setArbitrator(newArbitrator, newExtraData);
    }

    /// @dev Opens a dispute at the caller's cost, and gives back what the arbitrator did not take.
    function _ask(uint256 choices, uint256 maxFee) internal returns (IArbitrator court, uint256 disputeID) {
        court = arbitrator;
        IERC20 token = feeToken;
        uint256 fee = court.arbitrationCost(extraData, token);
        if (fee > maxFee) revert FeeAboveMaximum(fee, maxFee);
        uint256 before = token.balanceOf(address(this));
        _receive(token, fee);
        token.forceApprove(address(court), fee);
        disputeID = court.createDispute(choices, extraData, token, fee);
        // slither-disable-next-line reentrancy-events: the event tells the number that the call gave
        emit DisputeRequest(court, disputeID, 0);
        token.forceApprove(address(court), 0);
        token.safeTransfer(msg.sender, token.balanceOf(address(this)) - before);
    }

    /// @dev Takes exactly `amount` from the caller, or nothing.
    function _receive(IERC20 token, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert TransferTaxed(token, amount, received);
    }

    function _setArbitrator(IArbitrator newArbitrator, bytes memory newExtraData) private {
        arbitrator = newArbitrator;
        extraData = newExtraData;
        emit ArbitratorSet(newArbitrator, newExtraData);
    }
}
