// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The token of the DAO: an ERC-20 with permits, burning and a cap no vote can lift.
/// @notice It carries no votes. Votes come from staking it in {StakedMoot}, so that whoever decides
/// has something to lose.
contract MootToken is ERC20, ERC20Permit, ERC20Burnable, ERC20Capped, AccessControl {
    /// @notice May mint up to the cap. Meant for {Emissions} alone.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    /// @param name_ Name, also that of the EIP-712 domain permits are signed for.
    /// @param symbol_ Ticker.
    /// @param cap_ Greatest total supply, in wei (10**18 to a token).
    /// @param admin Account that grants and revokes roles: the treasury once deployed.
    /// @param initialHolder Account that receives the first supply.
    /// @param initialSupply First supply, in wei, at most the cap.
    constructor(
        string memory name_,
        string memory symbol_,
        uint256 cap_,
        address admin,
        address initialHolder,
        uint256 initialSupply
    ) ERC20(name_, symbol_) ERC20Permit(name_) ERC20Capped(cap_) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _mint(initialHolder, initialSupply);
    }

    /// @notice Creates `amount` wei for `to`; reverts with `ERC20ExceededCap` above the cap.
    function mint(address to, uint256 amount) external onlyRole(MINTER_ROLE) {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20Capped
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped) {
        super._update(from, to, value);
    }
}
