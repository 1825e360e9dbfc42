// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title A token for tests that makes a call of its own before it moves.
contract ReenteringToken is ERC20 {
    address private _target;
    bytes private _call;

    /// @param supply Wei the deployer holds.
    constructor(uint256 supply) ERC20("Reentering", "RE") {
        _mint(msg.sender, supply);
    }

    /// @notice Makes the next movement of tokens call `target` first.
    function arm(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function _update(address from, address to, uint256 value) internal override {
        address target = _target;
        if (target != address(0)) {
            _target = address(0);
            Address.functionCall(target, _call);
        }
        super._update(from, to, value);
    }
}
