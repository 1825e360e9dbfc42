// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The guardian: may stop what was decided, for a while, and nothing else.
/// @notice Holds the treasury's canceller role for a member, usually a council's multisig. The member can
/// cancel what waits in the treasury until the term expires; only a vote gives it another term. It cannot
/// stop a decision about the guardian itself, so a vote can always replace or dismiss it.
/// @dev The contract has no way to propose, schedule or execute.
contract Guardian {
    /// @notice Longest term, in seconds.
    uint48 public constant MAX_TERM = 730 days;

    /// @notice The treasury whose operations can be canceled.
    TimelockController public immutable treasury;
    /// @notice Who can cancel; the zero address for nobody.
    address public member;
    /// @notice Last second of the term.
    uint48 public expiresAt;

    event TermSet(address indexed member, uint48 expiresAt);
    event Vetoed(bytes32 indexed operation, address indexed member, string reason);

    error NotMember(address caller);
    error NotTreasury(address caller);
    error TermExpired(uint48 expiresAt);
    error TermOutOfBounds(uint48 expiresAt, uint48 latest);
    error ConcernsGuardianAlone();

    /// @param treasury_ The treasury, which has to grant this contract its canceller role.
    /// @param member_ Who can cancel.
    /// @param expiresAt_ Last second of the first term.
    constructor(TimelockController treasury_, address member_, uint48 expiresAt_) {
        treasury = treasury_;
        _setTerm(member_, expiresAt_);
    }

    /// @notice Whether the term runs.
    function isActive() public view returns (bool) {
        return member != address(0) && block.timestamp <= expiresAt;
    }

    /// @notice Cancels what waits in the treasury, within the term. The arguments are those the operation
    /// was scheduled with.
    /// @param reason Why, for everyone to read.
    function veto(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        string calldata reason
    ) external {
        if (msg.sender != member) revert NotMember(msg.sender);
        if (!isActive()) revert TermExpired(expiresAt);
        if (_concernsGuardianAlone(targets)) revert ConcernsGuardianAlone();
        bytes32 operation = treasury.hashOperationBatch(targets, values, payloads, predecessor, salt);
        emit Vetoed(operation, msg.sender, reason);
        treasury.cancel(operation);
    }

    /// @notice Ends the term at once, by the member itself.
    function resign() external {
        if (msg.sender != member) revert NotMember(msg.sender);
        _setTerm(address(0), 0);
    }

    /// @notice Renews, replaces or, with the zero address, dismisses the member: by a vote only.
    function setTerm(address newMember, uint48 newExpiresAt) external {
        if (msg.sender != address(treasury)) revert NotTreasury(msg.sender);
        _setTerm(newMember, newExpiresAt);
    }

    function _setTerm(address newMember, uint48 newExpiresAt) private {
        uint48 latest = uint48(block.timestamp) + MAX_TERM;
        if (newExpiresAt > latest) revert TermOutOfBounds(newExpiresAt, latest);
        (member, expiresAt) = (newMember, newExpiresAt);
        emit TermSet(newMember, newExpiresAt);
    }

    /// @dev Of a bundle, one foreign call is enough to be canceled: else any call here would shield it.
    function _concernsGuardianAlone(address[] calldata targets) private view returns (bool) {
        for (uint256 i = 0; i < targets.length; ++i) {
            if (targets[i] != address(this)) return false;
        }
        return true;
    }
}
