// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title Told by a {HookedToken} that it received something.
interface ITokenReceiver {
    /// @notice Called within the transfer.
    function tokensReceived(address from, uint256 amount) external;
}

/// @title A token that calls out in the middle of every transfer: once to whatever it was armed with, and
/// to receivers that want to know.
contract HookedToken is ERC20, ERC20Burnable {
    /// @notice Receivers that are called.
    mapping(address receiver => bool) public hooked;
    /// @notice What the armed call was answered, and whether it was made and went through.
    bytes public answer;
    bool public called;
    bool public succeeded;

    address private _target;
    bytes private _data;

    /// @param holder Account that receives the supply.
    /// @param supply Wei.
    constructor(address holder, uint256 supply) ERC20("Hooked", "HOOK") {
        _mint(holder, supply);
    }

    /// @notice Makes the next transfer call `target`, and whether it goes through or not, go on.
    function arm(address target, bytes calldata data) external {
        (_target, _data, called, succeeded) = (target, data, false, false);
    }

    /// @notice Calls `receiver` whenever it receives tokens.
    function hook(address receiver) external {
        hooked[receiver] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target != address(0)) {
            address target = _target;
            _target = address(0);
            called = true;
            (succeeded, answer) = target.call(_data);
        }
        if (hooked[to]) ITokenReceiver(to).tokensReceived(from, value);
    }
}
