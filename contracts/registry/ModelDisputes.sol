// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {IModelGate} from "../interfaces/IModelGate.sol";
import {ModelRecords} from "./ModelRecords.sol";

/// @title Challenges to versions: anybody, with a bond, before an arbitrator.
/// @notice A challenge claims that a version fails a criterion it was attested for. Upheld, it condemns
/// the version for good and slashes whoever vouched for it on that criterion; the challenger has the bond
/// back and a part of what was slashed. Rejected, the treasury has the bond. If the jurors refuse to
/// choose, the challenger has the bond back and nothing else happens. The arbitrator keeps its fee.
abstract contract ModelDisputes is ModelRecords, IArbitrable, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice One challenge. `ruled` tells whether `ruling` is known.
    struct Challenge {
        uint256 versionId;
        address challenger;
        IModelGate.Criterion criterion;
        bool ruled;
        uint8 ruling;
        uint256 bond;
        IArbitrator arbitrator;
        uint256 disputeId;
    }

    /// @notice Choice of the jurors for the challenger.
    uint256 public constant UPHELD = 1;
    /// @notice Choice of the jurors for the version.
    uint256 public constant REJECTED = 2;
    /// @notice Choices besides refusing to choose.
    uint256 public constant CHOICES = 2;
    /// @notice Largest bond, in wei: a million tokens.
    uint256 public constant MAX_BOND = 10 ** 24;
    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;

    /// @notice Token of bonds and fees.
    IERC20 public immutable token;
    /// @notice Receives lost bonds and what is slashed beyond the challenger's part.
    address public immutable treasury;

    /// @notice Who rules on challenges made from now on.
    IArbitrator public arbitrator;
    /// @notice What the arbitrator is told with each dispute: court, jurors, kit.
    bytes public arbitratorExtraData;
    /// @notice Wei a challenger puts at stake besides the fee.
    uint256 public challengeBond;
    /// @notice The challenger's part of what its challenge slashes, in basis points.
    uint16 public challengerBps;
    /// @notice How many challenges were made; they count from 1.
    uint256 public challengeCount;

    mapping(uint256 challengeId => Challenge) private _challenges;
    mapping(uint256 versionId => uint256) private _openChallenge;
    mapping(uint256 versionId => uint256) private _condemnedBy;
    mapping(IArbitrator arbitrator => mapping(uint256 disputeId => uint256)) private _challengeOf;
    mapping(address account => uint256) private _credits;

    event Challenged(
        uint256 indexed challengeId,
        uint256 indexed versionId,
        address indexed challenger,
        IModelGate.Criterion criterion,
        uint256 bond,
        uint256 fee,
        string evidenceURI
    );
    event ChallengeResolved(
        uint256 indexed challengeId, uint256 indexed versionId, uint256 ruling, uint256 slashed
    );
    event Credited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event ArbitratorSet(IArbitrator indexed arbitrator, bytes extraData);
    event ChallengeBondSet(uint256 oldBond, uint256 newBond);
    event ChallengerPartSet(uint16 oldBps, uint16 newBps);

    error ChallengeOpen(uint256 versionId, uint256 challengeId);
    error VersionCondemned(uint256 versionId, uint256 challengeId);
    error UnknownChallenge(uint256 challengeId, uint256 count);
    error UnknownDispute(address arbitrator, uint256 disputeId);
    error DisputeRepeated(address arbitrator, uint256 disputeId);
    error AlreadyRuled(uint256 challengeId);
    error InvalidRuling(uint256 ruling, uint256 choices);
    error InvalidBond(uint256 bond, uint256 largest);
    error InvalidPart(uint16 bps, uint16 whole);

    constructor(
        IERC20 token_,
        IArbitrator arbitrator_,
        bytes memory extraData,
        address treasury_,
        uint256 bond,
        uint16 challengerBps_
    ) {
        token = token_;
        treasury = treasury_;
        _setArbitrator(arbitrator_, extraData);
        _setChallengeBond(bond);
        _setChallengerBps(challengerBps_);
    }

    // A challenge

    /// @notice Challenges a version on a criterion. Takes the bond and the arbitrator's fee from the
    /// caller, who must have approved both. A version has one open challenge at a time.
    /// @param versionId Any version that was proposed, whatever became of it, unless condemned.
    /// @param criterion What it fails, as the caller claims.
    /// @param evidenceURI Where the evidence is.
    /// @return challengeId Number of the challenge.
    function challenge(uint256 versionId, IModelGate.Criterion criterion, string calldata evidenceURI)
        external
        nonReentrant
        returns (uint256 challengeId)
    {
        if (_get(versionId).proposedAt == 0) revert WrongState(versionId, state(versionId));
        _checkUndisputed(versionId);
        challengeId = ++challengeCount;
        _openChallenge[versionId] = challengeId;
        (IArbitrator judge, uint256 bond) = (arbitrator, challengeBond);
        bytes memory extraData = arbitratorExtraData;
        uint256 fee = judge.arbitrationCost(extraData, token);
        _challenges[challengeId] =
            Challenge(versionId, msg.sender, criterion, false, 0, bond, judge, type(uint256).max);
        gate.hold(subjectOf(versionId));
        emit Challenged(challengeId, versionId, msg.sender, criterion, bond, fee, evidenceURI);

        token.safeTransferFrom(msg.sender, address(this), bond + fee);
        token.forceApprove(address(judge), fee);
        // slither-disable-next-line reentrancy-benign: the number comes from the call, and nothing here can be entered again
        uint256 disputeId = judge.createDispute(CHOICES, extraData, token, fee);
        if (_challengeOf[judge][disputeId] != 0) revert DisputeRepeated(address(judge), disputeId);
        _challengeOf[judge][disputeId] = challengeId;
        _challenges[challengeId].disputeId = disputeId;
        emit DisputeRequest(judge, disputeId, uint256(criterion));
    }

    /// @inheritdoc IArbitrable
    // slither-disable-next-line reentrancy-benign: nothing here can be entered again, and the gate is the DAO's own
    function rule(uint256 disputeID, uint256 ruling) external nonReentrant {
        IArbitrator judge = IArbitrator(msg.sender);
        uint256 challengeId = _challengeOf[judge][disputeID];
        if (challengeId == 0) revert UnknownDispute(msg.sender, disputeID);
        Challenge storage challenge_ = _challenges[challengeId];
        if (challenge_.ruled) revert AlreadyRuled(challengeId);
        if (ruling > CHOICES) revert InvalidRuling(ruling, CHOICES);
        challenge_.ruled = true;
        challenge_.ruling = uint8(ruling);
        uint256 versionId = challenge_.versionId;
        _openChallenge[versionId] = 0;
        emit Ruling(judge, disputeID, ruling);

        bytes32 subject = subjectOf(versionId);
        uint256 slashed = 0;
        if (ruling == UPHELD) {
            _condemnedBy[versionId] = challengeId;
            _suspend(versionId);
            slashed = gate.condemn(subject, challenge_.criterion, address(this));
        }
        gate.letGo(subject);
        uint256 reward = Math.mulDiv(slashed, challengerBps, BASIS_POINTS);
        _credit(ruling == REJECTED ? treasury : challenge_.challenger, challenge_.bond + reward);
        _credit(treasury, slashed - reward);
        emit ChallengeResolved(challengeId, versionId, ruling, slashed);
    }

    /// @notice Sends an account what challenges brought it. Everyone may call it. Does nothing if there
    /// is nothing.
    /// @return amount The wei sent.
    function withdraw(address account) external nonReentrant returns (uint256 amount) {
        amount = _credits[account];
        if (amount == 0) return 0;
        _credits[account] = 0;
        emit Withdrawn(account, amount);
        token.safeTransfer(account, amount);
    }

    // Settings

    /// @notice Sets who rules on later challenges. Open ones stay with the arbitrator they went to.
    function setArbitrator(IArbitrator newArbitrator, bytes calldata extraData)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        _setArbitrator(newArbitrator, extraData);
    }

    /// @notice Sets the bond of later challenges, more than 0 and at most {MAX_BOND} wei.
    function setChallengeBond(uint256 newBond) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setChallengeBond(newBond);
    }

    /// @notice Sets the challenger's part of later slashes, in basis points.
    function setChallengerBps(uint16 newBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setChallengerBps(newBps);
    }

    // Reading

    /// @notice Challenge `challengeId`.
    function challengeAt(uint256 challengeId) external view returns (Challenge memory) {
        if (challengeId == 0 || challengeId > challengeCount) {
            revert UnknownChallenge(challengeId, challengeCount);
        }
        return _challenges[challengeId];
    }

    /// @notice The open challenge to a version, 0 if there is none.
    function openChallengeOf(uint256 versionId) external view returns (uint256 challengeId) {
        return _openChallenge[versionId];
    }

    /// @notice The upheld challenge to a version, 0 if there is none.
    function condemnedBy(uint256 versionId) external view returns (uint256 challengeId) {
        return _condemnedBy[versionId];
    }

    /// @notice Wei that {withdraw} would send to an account.
    function creditOf(address account) external view returns (uint256 amount) {
        return _credits[account];
    }

    // Inside

    /// @dev Suspends a version that was proposed and is not closed.
    function _suspend(uint256 versionId) internal virtual;

    /// @dev Demands that a version has neither an open challenge nor an upheld one.
    function _checkUndisputed(uint256 versionId) internal view {
        uint256 open = _openChallenge[versionId];
        if (open != 0) revert ChallengeOpen(versionId, open);
        uint256 condemned = _condemnedBy[versionId];
        if (condemned != 0) revert VersionCondemned(versionId, condemned);
    }

    function _credit(address account, uint256 amount) private {
        if (amount == 0) return;
        _credits[account] += amount;
        emit Credited(account, amount);
    }

    function _setArbitrator(IArbitrator newArbitrator, bytes memory extraData) private {
        arbitrator = newArbitrator;
        arbitratorExtraData = extraData;
        emit ArbitratorSet(newArbitrator, extraData);
    }

    function _setChallengeBond(uint256 newBond) private {
        if (newBond == 0 || newBond > MAX_BOND) revert InvalidBond(newBond, MAX_BOND);
        emit ChallengeBondSet(challengeBond, newBond);
        challengeBond = newBond;
    }

    function _setChallengerBps(uint16 newBps) private {
        if (newBps > BASIS_POINTS) revert InvalidPart(newBps, BASIS_POINTS);
        emit ChallengerPartSet(challengerBps, newBps);
        challengerBps = newBps;
    }
}
