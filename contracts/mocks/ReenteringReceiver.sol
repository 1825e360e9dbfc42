// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITokenReceiver} from "./HookedToken.sol";

/// @title An account that calls back whoever pays it.
contract ReenteringReceiver is ITokenReceiver {
    /// @notice What calling back was answered, how often it was tried, and whether it went through.
    bytes public answer;
    uint256 public attempts;
    bool public succeeded;

    address private _target;
    bytes private _data;

    /// @notice Sets what to call on receiving tokens.
    function prepare(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice Acts as this account.
    function act(address target, bytes calldata data) external {
        actWithGas(target, data, gasleft());
    }

    /// @notice Acts as this account, sending no more than so much gas.
    function actWithGas(address target, bytes calldata data, uint256 most) public {
        (bool done, bytes memory reason) = target.call{gas: most}(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    /// @inheritdoc ITokenReceiver
    function tokensReceived(address, uint256) external {
        if (_target == address(0)) return;
        ++attempts;
        (succeeded, answer) = _target.call(_data);
    }
}
