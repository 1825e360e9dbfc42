// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title The token of the DAO: an ERC-20 with permits, burning and a cap no vote can lift.
/// @notice It carries no votes. Votes come from staking it in {StakedMoot}, so that whoever decides
/// has something to lose. Its past supplies are known, so that a quorum can be counted on them.
contract MootToken is ERC20, ERC20Permit, ERC20Burnable, ERC20Capped, AccessControl, IERC6372 {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice May mint up to the cap. Meant for {Emissions} alone.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    Checkpoints.Trace208 private _supplies;

    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

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

    /// @notice The total supply at the end of second `timepoint`, which must be past.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        uint48 now_ = clock();
        if (timepoint >= now_) revert ERC5805FutureLookup(timepoint, now_);
        return _supplies.upperLookupRecent(uint48(timepoint));
    }

    /// @notice Unix time in seconds (ERC-6372).
    function clock() public view returns (uint48) {
        return Time.timestamp();
    }

    /// @notice See {clock}.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Capped
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped) {
        super._update(from, to, value);
        if (value != 0 && (from == address(0) || to == address(0))) {
            // slither-disable-next-line unused-return: nobody asks what stood before
            _supplies.push(clock(), SafeCast.toUint208(totalSupply()));
        }
    }
}
