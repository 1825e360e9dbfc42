// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @title An arbitrable that records rulings, refuses them, or calls back while it gets one. For tests
/// alone.
contract RulingRecorder is IArbitrable {
    /// @notice How often each dispute was ruled on.
    mapping(uint256 disputeID => uint256 times) public rulings;
    /// @notice The last ruling on each dispute.
    mapping(uint256 disputeID => uint256 ruling) public rulingOf;
    /// @notice Whether rulings are refused.
    bool public refusing;
    /// @notice What is called back on the arbitrator at each ruling, if anything.
    bytes public callback;

    error Refused(uint256 disputeID);

    /// @notice Opens a dispute and pays for it from this contract's balance.
    function open(IArbitrator arbitrator, uint256 choices, bytes calldata extraData, IERC20 feeToken, uint256 feeAmount)
        external
        returns (uint256 disputeID)
    {
        feeToken.approve(address(arbitrator), feeAmount);
        disputeID = arbitrator.createDispute(choices, extraData, feeToken, feeAmount);
        emit DisputeRequest(arbitrator, disputeID, 0);
    }

    /// @notice Sets {refusing} and {callback}.
    function behave(bool refusing_, bytes calldata callback_) external {
        refusing = refusing_;
        callback = callback_;
    }

    /// @inheritdoc IArbitrable
    function rule(uint256 disputeID, uint256 ruling) external {
        if (refusing) revert Refused(disputeID);
        if (callback.length > 0) {
            (bool done, bytes memory reason) = msg.sender.call(callback);
            if (!done) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        ++rulings[disputeID];
        rulingOf[disputeID] = ruling;
        emit Ruling(IArbitrator(msg.sender), disputeID, ruling);
    }
}
