// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {IDeployable} from "../interfaces/IDeployable.sol";
import {IModelGate} from "../interfaces/IModelGate.sol";
import {ModelDisputes} from "./ModelDisputes.sol";
import {ModelRecords} from "./ModelRecords.sol";

/// @title The registry: which version of a model may be deployed, who admitted it, on what evidence.
/// @notice The action of a vote is one call, {deploy}, with the hashes that were voted on. The gate is
/// asked when the call is executed. A version stays deployable as long as the gate holds it admitted, and
/// no ruling and no decision ends that. {wasDeployable} answers for any past second, and such an answer
/// never changes.
/// @dev History is a trace of admissions by time: their numbers from 1, and 0 from the second one ended.
contract ModelRegistry is ModelDisputes {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Who admitted a version, and by which commitment to attestations.
    struct Admission {
        address by;
        bytes32 evidence;
    }

    /// @notice A proposal that passed and would deploy a version.
    struct Passed {
        IGovernor governor;
        uint256 proposalId;
    }

    /// @notice Deploys versions: the treasury, on a vote.
    bytes32 public constant DEPLOYER_ROLE = keccak256("DEPLOYER_ROLE");

    /// @notice Whose votes {recordApproval} looks at.
    IGovernor public governor;

    mapping(uint256 versionId => Checkpoints.Trace208) private _history;
    mapping(uint256 versionId => Admission[]) private _admissions;
    mapping(uint256 versionId => Passed) private _approvals;
    mapping(uint256 versionId => State) private _recorded;

    event StateChanged(uint256 indexed versionId, State from, State indexed to);
    event ApprovalRecorded(uint256 indexed versionId, IGovernor indexed governor, uint256 indexed proposalId);
    event VersionDeployable(uint256 indexed versionId, address indexed by, bytes32 evidence);
    event VersionSuspended(uint256 indexed versionId, uint48 since);
    event VersionDeprecated(uint256 indexed versionId, address indexed by);
    event VersionRevoked(uint256 indexed versionId, address indexed by, string reason);
    event GovernorSet(IGovernor indexed oldGovernor, IGovernor indexed newGovernor);

    error OtherHashes(uint256 versionId, bytes32 weights, bytes32 evaluation);
    error WindowOpen(uint256 versionId, uint48 until);
    error NotItsDeployment(uint256 versionId);
    error NotApproved(uint256 proposalId, IGovernor.ProposalState state);
    error FutureLookup(uint256 timestamp, uint48 now_);

    /// @param gate_ See {gate}; it must grant this contract its REGISTRY_ROLE.
    /// @param token_ See {token}.
    /// @param arbitrator_ First {arbitrator}.
    /// @param extraData First {arbitratorExtraData}.
    /// @param treasury_ See {treasury}.
    /// @param governor_ First {governor}.
    /// @param challengeWindow_ First {challengeWindow}.
    /// @param challengeBond_ First {challengeBond}.
    /// @param challengerBps_ First {challengerBps}.
    /// @param admin Account that grants roles and changes settings: the treasury once deployed.
    constructor(
        IModelGate gate_,
        IERC20 token_,
        IArbitrator arbitrator_,
        bytes memory extraData,
        address treasury_,
        IGovernor governor_,
        uint48 challengeWindow_,
        uint256 challengeBond_,
        uint16 challengerBps_,
        address admin
    )
        ModelRecords(gate_, challengeWindow_, admin)
        ModelDisputes(token_, arbitrator_, extraData, treasury_, challengeBond_, challengerBps_)
    {
        _setGovernor(governor_);
    }

    // The life of a version

    /// @notice Makes a version deployable if, at this moment, its hashes are those voted on, its challenge
    /// window is over, no challenge is open or upheld, and the gate admits it. A version that is
    /// deployable or suspended is admitted anew, under the gate's policy of this moment.
    /// @param versionId The version.
    /// @param weightsHash Hash of the weights that was voted on.
    /// @param evaluationHash Hash of the evaluation that was voted on.
    // slither-disable-next-line reentrancy-benign,reentrancy-events: the gate is the DAO's own and calls nobody
    function deploy(uint256 versionId, bytes32 weightsHash, bytes32 evaluationHash)
        external
        onlyRole(DEPLOYER_ROLE)
    {
        Version storage version_ = _get(versionId);
        IModelGate.Hashes storage hashes = version_.record.hashes;
        if (hashes.weights != weightsHash || hashes.evaluation != evaluationHash) {
            revert OtherHashes(versionId, hashes.weights, hashes.evaluation);
        }
        _settle(versionId);
        State stored = version_.stored;
        if (stored != State.Proposed && stored != State.Deployable && stored != State.Suspended) {
            revert WrongState(versionId, stored);
        }
        if (block.timestamp < version_.windowEndsAt) revert WindowOpen(versionId, version_.windowEndsAt);
        _checkUndisputed(versionId);

        version_.stored = State.Deployable;
        bytes32 evidence = gate.admit(subjectOf(versionId));
        _admissions[versionId].push(Admission(msg.sender, evidence));
        // slither-disable-next-line unused-return: nobody asks what stood before
        _history[versionId].push(Time.timestamp(), SafeCast.toUint208(_admissions[versionId].length));
        emit VersionDeployable(versionId, msg.sender, evidence);
        _recordState(versionId);
    }

    /// @notice Records that a proposal which deploys this version, as one of its calls, has passed. It
    /// shows in {state}; {deploy} does not need it. Everyone may call it.
    /// @param versionId The version.
    /// @param targets The proposal's targets.
    /// @param values The proposal's values.
    /// @param calldatas The proposal's calls.
    /// @param descriptionHash Hash of the proposal's text.
    function recordApproval(
        uint256 versionId,
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external {
        IModelGate.Hashes storage hashes = _get(versionId).record.hashes;
        bytes32 action =
            keccak256(abi.encodeCall(this.deploy, (versionId, hashes.weights, hashes.evaluation)));
        bool found = false;
        for (uint256 i; i < targets.length && !found; ++i) {
            found = targets[i] == address(this) && keccak256(calldatas[i]) == action;
        }
        if (!found) revert NotItsDeployment(versionId);
        uint256 proposalId = governor.getProposalId(targets, values, calldatas, descriptionHash);
        IGovernor.ProposalState passed = governor.state(proposalId);
        if (passed != IGovernor.ProposalState.Succeeded && passed != IGovernor.ProposalState.Queued) {
            revert NotApproved(proposalId, passed);
        }
        _approvals[versionId] = Passed(governor, proposalId);
        emit ApprovalRecorded(versionId, governor, proposalId);
        _recordState(versionId);
    }

    /// @notice Records where a version is, and since when it has been suspended if it lapsed. Everyone
    /// may call it, and nothing depends on anybody doing so.
    function poke(uint256 versionId) external returns (State) {
        _settle(versionId);
        _recordState(versionId);
        return state(versionId);
    }

    /// @notice Ends the life of a version in good order: the treasury or whoever holds the model.
    function deprecate(uint256 versionId) external {
        if (!hasRole(DEFAULT_ADMIN_ROLE, msg.sender)) _checkModelOwner(_get(versionId).modelId);
        _close(versionId, State.Deprecated);
        emit VersionDeprecated(versionId, msg.sender);
    }

    /// @notice Ends the life of a version because it must not be used.
    function revoke(uint256 versionId, string calldata reason) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _close(versionId, State.Revoked);
        emit VersionRevoked(versionId, msg.sender, reason);
    }

    /// @notice Sets whose votes later calls of {recordApproval} look at.
    function setGovernor(IGovernor newGovernor) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setGovernor(newGovernor);
    }

    // Reading

    /// @inheritdoc ModelRecords
    function state(uint256 versionId) public view override returns (State) {
        State stored = _get(versionId).stored;
        if (stored == State.Deployable) {
            return block.timestamp < gate.admittedUntil(subjectOf(versionId)) ? stored : State.Suspended;
        }
        if (stored != State.Proposed) return stored;
        Passed memory approval = _approvals[versionId];
        if (address(approval.governor) != address(0)) {
            IGovernor.ProposalState passed = approval.governor.state(approval.proposalId);
            if (passed == IGovernor.ProposalState.Succeeded) return State.Approved;
            if (passed == IGovernor.ProposalState.Queued) return State.Timelocked;
        }
        return gate.passes(subjectOf(versionId)) ? State.Audited : State.Proposed;
    }

    /// @inheritdoc IDeployable
    function isDeployable(uint256 versionId) external view returns (bool) {
        return state(versionId) == State.Deployable;
    }

    /// @notice Whether a version was permitted at the end of a past second, and if so who had admitted it
    /// and on what evidence: the gate's commitment to the attestations.
    /// @dev The gate speaks of the last admission; an earlier one ended before that began.
    function wasDeployable(uint256 versionId, uint256 timestamp)
        external
        view
        returns (bool permitted, address admittedBy, bytes32 evidence)
    {
        bytes32 subject = subjectOf(versionId);
        if (timestamp >= block.timestamp) revert FutureLookup(timestamp, Time.timestamp());
        uint256 number = _history[versionId].upperLookupRecent(uint48(timestamp));
        if (number == 0 || timestamp >= gate.admittedUntil(subject)) return (false, address(0), 0);
        Admission memory admission = _admissions[versionId][number - 1];
        return (true, admission.by, admission.evidence);
    }

    /// @notice The proposal recorded for a version.
    function approvalOf(uint256 versionId) external view returns (Passed memory) {
        return _approvals[versionId];
    }

    // Inside

    /// @dev Writes a lapse of the gate's into the history at the second it happened.
    function _settle(uint256 versionId) private {
        Version storage version_ = _get(versionId);
        if (version_.stored != State.Deployable) return;
        uint48 until = gate.admittedUntil(subjectOf(versionId));
        if (block.timestamp < until) return;
        version_.stored = State.Suspended;
        // slither-disable-next-line unused-return: nobody asks what stood before
        _history[versionId].push(until, 0);
        emit VersionSuspended(versionId, until);
    }

    /// @inheritdoc ModelDisputes
    function _suspend(uint256 versionId) internal override {
        _settle(versionId);
        Version storage version_ = _versions[versionId];
        State stored = version_.stored;
        // slither-disable-next-line unused-return: nobody asks what stood before
        if (stored == State.Deployable) _history[versionId].push(Time.timestamp(), 0);
        if (stored == State.Deployable || stored == State.Proposed) {
            version_.stored = State.Suspended;
            emit VersionSuspended(versionId, Time.timestamp());
        }
        _recordState(versionId);
    }

    function _close(uint256 versionId, State to) private {
        _settle(versionId);
        Version storage version_ = _versions[versionId];
        State stored = version_.stored;
        if (stored == State.Deprecated || stored == State.Revoked) revert WrongState(versionId, stored);
        // slither-disable-next-line unused-return: nobody asks what stood before
        if (stored == State.Deployable) _history[versionId].push(Time.timestamp(), 0);
        version_.stored = to;
        version_.closedAt = Time.timestamp();
        _recordState(versionId);
    }

    /// @inheritdoc ModelRecords
    function _recordState(uint256 versionId) internal override {
        (State from, State to) = (_recorded[versionId], state(versionId));
        if (from == to) return;
        _recorded[versionId] = to;
        emit StateChanged(versionId, from, to);
    }

    function _setGovernor(IGovernor newGovernor) private {
        emit GovernorSet(governor, newGovernor);
        governor = newGovernor;
    }
}
