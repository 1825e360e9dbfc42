// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";

/// @title Auditors: who is accredited, and what they risk.
/// @notice An accreditation is a term. Attestations belong to the term they were made in: a later one
/// does not bring them back.
abstract contract Auditors is AccessControl {
    /// @notice Accredits auditors, ends that, and revokes attestations: the treasury.
    bytes32 public constant ACCREDITOR_ROLE = keccak256("ACCREDITOR_ROLE");
    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;
    /// @notice Least part of a stake that a slash takes, in basis points.
    uint16 public constant MIN_SLASH_BPS = 100;
    /// @notice Largest stake an attestation may ask for, in the vault's share units: a million shares.
    uint256 public constant MAX_STAKE = 10 ** 27;
    /// @notice Bounds of the cool-off, in seconds.
    uint48 public constant MIN_COOL_OFF = 1 days;
    /// @notice See {MIN_COOL_OFF}.
    uint48 public constant MAX_COOL_OFF = 365 days;

    /// @notice Where the stakes are.
    IStakeVault public immutable vault;
    /// @notice Shares an attestation made from now on locks.
    uint256 public attestationStake;
    /// @notice Seconds a stake stays locked after its attestation, or a dispute, has ended.
    uint48 public coolOff;
    /// @notice Part of a stake that a slash takes, in basis points.
    uint16 public slashBps;

    mapping(address auditor => uint32) private _terms;
    mapping(address auditor => mapping(uint32 term => uint48)) private _termEnds;

    event Accredited(address indexed auditor, uint32 term);
    event AccreditationEnded(address indexed auditor, uint32 term, address indexed by);
    event AttestationStakeSet(uint256 oldStake, uint256 newStake);
    event CoolOffSet(uint48 oldCoolOff, uint48 newCoolOff);
    event SlashSet(uint16 oldBps, uint16 newBps);

    error NotAccredited(address auditor);
    error AlreadyAccredited(address auditor);
    error StakeCovers(address auditor, uint256 shares, uint256 locked);
    error InvalidStake(uint256 stake, uint256 largest);
    error InvalidCoolOff(uint48 coolOff, uint48 shortest, uint48 longest);
    error InvalidSlash(uint16 bps, uint16 least, uint16 most);

    constructor(IStakeVault vault_, uint256 stake, uint48 coolOff_, uint16 slashBps_, address admin) {
        vault = vault_;
        _setAttestationStake(stake);
        _setCoolOff(coolOff_);
        _setSlashBps(slashBps_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Starts a term of an auditor.
    function accredit(address auditor) external onlyRole(ACCREDITOR_ROLE) {
        if (isAccredited(auditor)) revert AlreadyAccredited(auditor);
        emit Accredited(auditor, ++_terms[auditor]);
    }

    /// @notice Ends the term of an auditor, and with it all attestations made in it.
    function endAccreditation(address auditor) external onlyRole(ACCREDITOR_ROLE) {
        _endTerm(auditor);
    }

    /// @notice Ends the caller's own term.
    function resign() external {
        _endTerm(msg.sender);
    }

    /// @notice Ends the term of an auditor whose shares no longer cover what is locked of them, because
    /// it was slashed elsewhere. Everyone may call it.
    function dismiss(address auditor) external {
        (uint256 shares, uint256 locked) = (vault.balanceOf(auditor), vault.lockedOf(auditor));
        if (shares >= locked) revert StakeCovers(auditor, shares, locked);
        _endTerm(auditor);
    }

    /// @notice Sets the shares that later attestations lock, more than 0 and at most {MAX_STAKE}.
    function setAttestationStake(uint256 newStake) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setAttestationStake(newStake);
    }

    /// @notice Sets the cool-off of all stakes that are locked, in seconds.
    function setCoolOff(uint48 newCoolOff) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setCoolOff(newCoolOff);
    }

    /// @notice Sets what later slashes take, in basis points of a stake.
    function setSlashBps(uint16 newBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setSlashBps(newBps);
    }

    /// @notice Whether an auditor may attest now.
    function isAccredited(address auditor) public view returns (bool) {
        uint32 term = _terms[auditor];
        return term != 0 && _termEnds[auditor][term] == 0;
    }

    /// @notice Number of an auditor's last term, counted from 1; 0 if it never had one.
    function termOf(address auditor) public view returns (uint32) {
        return _terms[auditor];
    }

    /// @notice When a term of an auditor ended; 0 while it lasts or if there is none.
    function termEndOf(address auditor, uint32 term) public view returns (uint48) {
        return _termEnds[auditor][term];
    }

    /// @dev Shares of a stake that a slash takes.
    function _slashable(uint256 stake) internal view returns (uint256) {
        return Math.mulDiv(stake, slashBps, BASIS_POINTS);
    }

    /// @dev Lets go of `due` locked shares of an auditor and burns what of them is left.
    // slither-disable-next-line calls-loop: the vault is the DAO's own, and a criterion has few auditors
    function _slash(address auditor, uint256 due, address recipient)
        internal
        returns (uint256 shares, uint256 assets)
    {
        vault.unlock(auditor, due);
        shares = Math.min(due, vault.balanceOf(auditor));
        if (shares > 0) assets = vault.slash(auditor, shares, recipient);
    }

    function _endTerm(address auditor) private {
        if (!isAccredited(auditor)) revert NotAccredited(auditor);
        uint32 term = _terms[auditor];
        _termEnds[auditor][term] = Time.timestamp();
        emit AccreditationEnded(auditor, term, msg.sender);
    }

    function _setAttestationStake(uint256 newStake) private {
        if (newStake == 0 || newStake > MAX_STAKE) revert InvalidStake(newStake, MAX_STAKE);
        emit AttestationStakeSet(attestationStake, newStake);
        attestationStake = newStake;
    }

    function _setCoolOff(uint48 newCoolOff) private {
        if (newCoolOff < MIN_COOL_OFF || newCoolOff > MAX_COOL_OFF) {
            revert InvalidCoolOff(newCoolOff, MIN_COOL_OFF, MAX_COOL_OFF);
        }
        emit CoolOffSet(coolOff, newCoolOff);
        coolOff = newCoolOff;
    }

    function _setSlashBps(uint16 newBps) private {
        if (newBps < MIN_SLASH_BPS || newBps > BASIS_POINTS) {
            revert InvalidSlash(newBps, MIN_SLASH_BPS, BASIS_POINTS);
        }
        emit SlashSet(slashBps, newBps);
        slashBps = newBps;
    }
}
