// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token whose transfers can be stopped, and whose balances can be made to burn all gas.
contract StoppableToken is ERC20 {
    /// @notice Whether transfers are refused.
    bool public stopped;
    /// @notice Whether asking for a balance never ends.
    bool public endless;

    error Stopped();

    /// @param holder Account that receives the supply.
    /// @param supply Wei.
    constructor(address holder, uint256 supply) ERC20("Stoppable", "STOP") {
        _mint(holder, supply);
    }

    /// @notice Stops transfers, or lets them go on.
    function stop(bool now_) external {
        stopped = now_;
    }

    /// @notice Makes balances burn all gas, or not.
    function hang(bool now_) external {
        endless = now_;
    }

    /// @inheritdoc ERC20
    function balanceOf(address account) public view override returns (uint256) {
        while (endless) {}
        return super.balanceOf(account);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (stopped) revert Stopped();
        super._update(from, to, value);
    }
}
