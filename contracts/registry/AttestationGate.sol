// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IModelGate} from "../interfaces/IModelGate.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Attestations} from "./Attestations.sol";
import {Auditors} from "./Auditors.sol";

/// @title The gate: enough accredited auditors vouch for a version on every criterion, with their stake.
/// @notice A subject passes while each criterion has enough attestations of distinct auditors with a
/// sufficient score. Once admitted it is judged by the policy of that moment, and once it lapsed it stays
/// out until it is admitted anew.
/// @dev Between two attestations the number that counts can only fall, so the moment an admission lapses
/// is a k-th largest end. {_beforeChange} writes it down before a new attestation could hide it.
contract AttestationGate is Attestations {
    /// @notice What a criterion demands: how many auditors, and the least score of each, of 100.
    struct Requirement {
        uint8 auditors;
        uint8 score;
    }

    /// @notice An admission, when it lapsed if that is written down, and the policy it is judged by.
    struct Admission {
        uint48 admittedAt;
        uint48 lapsedAt;
        uint32 policyId;
    }

    struct Hold {
        uint32 open;
        uint48 endedAt;
    }

    /// @notice The registry: admits, holds and condemns.
    bytes32 public constant REGISTRY_ROLE = keccak256("REGISTRY_ROLE");
    /// @notice Number of criteria.
    uint256 public constant CRITERIA = 3;

    Requirement[CRITERIA][] private _policies;
    mapping(bytes32 subject => Admission) private _admissions;
    mapping(bytes32 subject => Hold) private _holds;

    event PolicySet(uint256 indexed policyId, Requirement[CRITERIA] requirements);
    event Admitted(bytes32 indexed subject, uint256 policyId, uint256[] attestations, bytes32 evidence);
    event Lapsed(bytes32 indexed subject, uint48 since);
    event Held(bytes32 indexed subject, uint256 open);
    event LetGo(bytes32 indexed subject, uint256 open);
    event AttesterSlashed(uint256 indexed id, address indexed auditor, uint256 shares, uint256 assets);

    error InvalidRequirement(Criterion criterion, uint8 auditors, uint8 score);
    error SubjectHeld(bytes32 subject);
    error SubjectNotHeld(bytes32 subject);
    error NotAttested(bytes32 subject, Criterion criterion, uint256 counted, uint256 needed);

    /// @param vault_ Where the auditors' stakes are; it must let this contract lock and slash.
    /// @param requirements First policy, by criterion: see {setPolicy}.
    /// @param attestationStake_ First {attestationStake}.
    /// @param coolOff_ First {coolOff}.
    /// @param slashBps_ First {slashBps}.
    /// @param admin Account that grants roles and changes settings: the treasury once deployed.
    constructor(
        IStakeVault vault_,
        Requirement[CRITERIA] memory requirements,
        uint256 attestationStake_,
        uint48 coolOff_,
        uint16 slashBps_,
        address admin
    ) Auditors(vault_, attestationStake_, coolOff_, slashBps_, admin) {
        _setPolicy(requirements);
    }

    // The registry's calls

    /// @inheritdoc IModelGate
    function admit(bytes32 subject) external onlyRole(REGISTRY_ROLE) returns (bytes32 evidence) {
        uint256 policyId = currentPolicy();
        uint256[] memory ids = new uint256[](CRITERIA * MAX_AUDITORS);
        uint256 total = 0;
        for (uint256 i; i < CRITERIA; ++i) {
            Requirement memory needed = _policies[policyId][i];
            uint256[] memory seats = seatsOf(subject, Criterion(i));
            uint256 before = total;
            for (uint256 j; j < seats.length; ++j) {
                if (_countsUntil(seats[j], needed.score) > block.timestamp) ids[total++] = seats[j];
            }
            if (total - before < needed.auditors) {
                revert NotAttested(subject, Criterion(i), total - before, needed.auditors);
            }
        }
        ids = Arrays.slice(ids, 0, total);
        evidence = evidenceOf(subject, policyId, ids);
        _admissions[subject] = Admission(Time.timestamp(), 0, SafeCast.toUint32(policyId));
        emit Admitted(subject, policyId, ids, evidence);
    }

    /// @inheritdoc IModelGate
    function hold(bytes32 subject) external onlyRole(REGISTRY_ROLE) {
        emit Held(subject, ++_holds[subject].open);
    }

    /// @inheritdoc IModelGate
    function letGo(bytes32 subject) external onlyRole(REGISTRY_ROLE) {
        Hold storage hold_ = _holds[subject];
        if (hold_.open == 0) revert SubjectNotHeld(subject);
        hold_.endedAt = Time.timestamp();
        emit LetGo(subject, --hold_.open);
    }

    /// @inheritdoc IModelGate
    /// @dev Takes at most what an auditor still has, so that no ruling can be blocked by an empty stake.
    function condemn(bytes32 subject, Criterion criterion, address recipient)
        external
        onlyRole(REGISTRY_ROLE)
        returns (uint256 assets)
    {
        Admission memory admission_ = _admissions[subject];
        uint256 policyId = admission_.admittedAt == 0 ? currentPolicy() : admission_.policyId;
        uint8 vouching = _policies[policyId][uint8(criterion)].score;
        uint256[] memory seats = seatsOf(subject, criterion);
        for (uint256 i; i < seats.length; ++i) {
            Attestation storage attestation_ = _get(seats[i]);
            if (attestation_.peak < vouching) continue;
            if (attestation_.end > block.timestamp) attestation_.end = Time.timestamp();
            uint256 due = _slashable(attestation_.stake);
            attestation_.stake -= due;
            // slither-disable-next-line reentrancy-events: the event tells what the call took, and the vault is the DAO's own
            (uint256 shares, uint256 sent) = _slash(attestation_.auditor, due, recipient);
            assets += sent;
            emit AttesterSlashed(seats[i], attestation_.auditor, shares, sent);
        }
    }

    // Settings

    /// @notice Sets what the criteria demand of versions admitted from now on. What is admitted stays
    /// judged by the policy it was admitted under.
    /// @param requirements By criterion: 1 to {MAX_AUDITORS} auditors, a score of 1 to 100 each.
    function setPolicy(Requirement[CRITERIA] calldata requirements) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setPolicy(requirements);
    }

    // Reading

    /// @inheritdoc IModelGate
    function passes(bytes32 subject) external view returns (bool) {
        return _openUntil(subject, currentPolicy()) > block.timestamp;
    }

    /// @inheritdoc IModelGate
    function admittedUntil(bytes32 subject) external view returns (uint48) {
        return _isOpen(subject)
            ? _openUntil(subject, _admissions[subject].policyId)
            : _admissions[subject].lapsedAt;
    }

    /// @notice The commitment that admitting a subject under a policy by these attestations gives.
    function evidenceOf(bytes32 subject, uint256 policyId, uint256[] memory ids)
        public
        pure
        returns (bytes32 evidence)
    {
        return keccak256(abi.encode(subject, policyId, ids));
    }

    /// @notice The last admission of a subject as it is written down; {admittedUntil} knows better.
    function admission(bytes32 subject) external view returns (Admission memory) {
        return _admissions[subject];
    }

    /// @notice How many disputes on a subject are open, and when the last one ended.
    function holdOf(bytes32 subject) external view returns (uint256 open, uint48 endedAt) {
        return (_holds[subject].open, _holds[subject].endedAt);
    }

    /// @notice Number of the policy that versions are admitted by, counted from 0.
    function currentPolicy() public view returns (uint256 policyId) {
        return _policies.length - 1;
    }

    /// @notice What a policy demands, by criterion.
    function policy(uint256 policyId) external view returns (Requirement[CRITERIA] memory) {
        return _policies[policyId];
    }

    // Inside

    /// @dev Writes down that an admission has lapsed.
    function _beforeChange(bytes32 subject) internal override {
        if (!_isOpen(subject)) return;
        uint48 until = _openUntil(subject, _admissions[subject].policyId);
        if (until <= block.timestamp) _lapse(subject, until);
    }

    /// @dev Writes down that an admission lapses now, by a score too low in place of a sufficient one.
    function _afterChange(bytes32 subject) internal override {
        if (!_isOpen(subject)) return;
        uint48 until = _openUntil(subject, _admissions[subject].policyId);
        if (until <= block.timestamp) _lapse(subject, Time.timestamp());
    }

    /// @inheritdoc Attestations
    function _quietSince(bytes32 subject) internal view override returns (uint48) {
        if (_holds[subject].open > 0) revert SubjectHeld(subject);
        return _holds[subject].endedAt;
    }

    function _lapse(bytes32 subject, uint48 since) private {
        _admissions[subject].lapsedAt = since;
        emit Lapsed(subject, since);
    }

    function _isOpen(bytes32 subject) private view returns (bool) {
        return _admissions[subject].admittedAt != 0 && _admissions[subject].lapsedAt == 0;
    }

    /// @dev First second at which a criterion lacks an auditor: the least, over the criteria, of the k-th
    /// largest end, where k auditors are needed.
    function _openUntil(bytes32 subject, uint256 policyId) private view returns (uint48) {
        uint256 until = type(uint48).max;
        for (uint256 i; i < CRITERIA; ++i) {
            Requirement memory needed = _policies[policyId][i];
            uint256[] memory ends = seatsOf(subject, Criterion(i));
            if (ends.length < needed.auditors) return 0;
            for (uint256 j; j < ends.length; ++j) ends[j] = _countsUntil(ends[j], needed.score);
            until = Math.min(until, Arrays.sort(ends)[ends.length - needed.auditors]);
        }
        return uint48(until);
    }

    function _setPolicy(Requirement[CRITERIA] memory requirements) private {
        Requirement[CRITERIA] storage added = _policies.push();
        for (uint256 i; i < CRITERIA; ++i) {
            Requirement memory needed = requirements[i];
            bool possible = needed.auditors > 0 && needed.auditors <= MAX_AUDITORS;
            if (!possible || needed.score == 0 || needed.score > MAX_SCORE) {
                revert InvalidRequirement(Criterion(i), needed.auditors, needed.score);
            }
            added[i] = needed;
        }
        emit PolicySet(currentPolicy(), requirements);
    }
}
