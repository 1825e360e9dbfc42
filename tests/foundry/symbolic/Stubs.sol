// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title The cheat codes that a symbolic check uses.
interface Vm {
    function assume(bool condition) external pure;
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @title Past supplies and votes that are whatever the check says.
contract SaidVotes {
    uint256 public supply;
    mapping(address account => uint256) public votes;
    mapping(address account => uint256) public own;
    mapping(address account => address) public delegateOf;

    function setSupply(uint256 said) external {
        supply = said;
    }

    function set(address account, uint256 votes_, uint256 own_, address delegate) external {
        (votes[account], own[account], delegateOf[account]) = (votes_, own_, delegate);
    }

    function getPastTotalSupply(uint256) external view returns (uint256) {
        return supply;
    }

    function getPastDelegatedSupply(uint256) external view returns (uint256) {
        return supply;
    }

    function getPastVotes(address account, uint256) external view returns (uint256) {
        return votes[account];
    }

    function getPastBalanceOf(address account, uint256) external view returns (uint256) {
        return own[account];
    }

    function getPastDelegate(address account, uint256) external view returns (address) {
        return delegateOf[account];
    }

    function clock() external view returns (uint48) {
        return uint48(block.timestamp);
    }
}

/// @title A vault that locks whatever it is asked to.
contract SaidVault {
    function lock(address, uint256) external {}
}

/// @title A token that anyone mints.
contract SaidToken is ERC20Burnable {
    constructor() ERC20("", "") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
