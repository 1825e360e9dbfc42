// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token that burns a hundredth of every transfer.
contract TaxedToken is ERC20 {
    /// @param holder Account that receives the supply.
    /// @param supply Wei.
    constructor(address holder, uint256 supply) ERC20("Taxed", "TAX") {
        _mint(holder, supply);
    }

    function _update(address from, address to, uint256 value) internal override {
        bool free = from == address(0) || to == address(0);
        uint256 tax = free ? 0 : value / 100;
        super._update(from, to, value - tax);
        if (tax != 0) super._update(from, address(0), tax);
    }
}
