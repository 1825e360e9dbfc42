// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IModelGate} from "../interfaces/IModelGate.sol";
import {Auditors} from "./Auditors.sol";

/// @title Attestations: what auditors say of a version and its hashes, with a stake on each.
/// @notice An attestation counts from the second it is made until its end: its expiry, its revocation,
/// its slash, the end of its auditor's accreditation or a newer one by the same auditor, whichever is
/// first. It never counts again. An auditor has one seat to a subject and criterion, from the first
/// attestation until its stake is released.
abstract contract Attestations is IModelGate, Auditors {
    /// @notice What an auditor states: that a version with these hashes has this score, of 100, on a
    /// criterion, until a second given; with the hash of the report and where it is.
    struct Statement {
        uint256 versionId;
        Hashes hashes;
        Criterion criterion;
        uint8 score;
        uint48 expiry;
        bytes32 reportHash;
        string uri;
    }

    /// @notice One attestation. `end` does not know of the auditor's accreditation: see {endOf}. `peak` is
    /// the best score the auditor gave with this stake, for which it answers.
    struct Attestation {
        address auditor;
        uint48 issuedAt;
        uint48 end;
        bytes32 subject;
        bytes32 reportHash;
        uint256 stake;
        uint32 term;
        Criterion criterion;
        uint8 score;
        uint8 peak;
    }

    /// @notice Most auditors to a subject and criterion, so that no count can be made too long to finish.
    uint256 public constant MAX_AUDITORS = 8;
    /// @notice Highest score.
    uint8 public constant MAX_SCORE = 100;
    /// @notice Longest an attestation can be valid.
    uint48 public constant MAX_VALIDITY = 365 days;

    mapping(uint256 id => Attestation) private _attestations;
    mapping(bytes32 subject => mapping(Criterion => uint256[])) private _seats;

    /// @notice How many attestations were made; they count from 1.
    uint256 public attestationCount;

    event Attested(
        uint256 indexed id,
        bytes32 indexed subject,
        address indexed auditor,
        uint256 stake,
        Statement statement
    );
    event Superseded(uint256 indexed id, uint256 indexed by);
    event Revoked(uint256 indexed id, address indexed by);
    event Released(uint256 indexed id, address indexed auditor, uint256 stake);

    error InvalidScore(uint8 score, uint8 highest);
    error InvalidExpiry(uint48 expiry, uint48 now_, uint48 latest);
    error NoSeatLeft(bytes32 subject, Criterion criterion);
    error UnknownAttestation(uint256 id, uint256 count);
    error NotYourAttestation(uint256 id, address caller);
    error AttestationEnded(uint256 id, uint48 end);
    error NothingLocked(uint256 id);
    error TooEarlyToRelease(uint256 id, uint256 readyAt);

    /// @notice Vouches for a version with the caller's stake, or warns of it. A newer attestation takes
    /// the seat, and the stake, of the caller's older one.
    /// @return id Number of the attestation, counted from 1.
    function attest(Statement calldata statement) external returns (uint256 id) {
        _check(statement);
        bytes32 subject = subjectOf(statement.versionId, statement.hashes);
        _beforeChange(subject);
        id = ++attestationCount;
        (uint256 carried, uint8 peak) = _sit(id, subject, statement.criterion);
        uint256 stake = Math.max(carried, attestationStake);
        _attestations[id] = Attestation({
            auditor: msg.sender,
            issuedAt: Time.timestamp(),
            end: statement.expiry,
            subject: subject,
            reportHash: statement.reportHash,
            stake: stake,
            term: termOf(msg.sender),
            criterion: statement.criterion,
            score: statement.score,
            peak: statement.score > peak ? statement.score : peak
        });
        emit Attested(id, subject, msg.sender, stake, statement);
        _afterChange(subject);
        if (stake > carried) vault.lock(msg.sender, stake - carried);
    }

    /// @notice Takes an attestation back from now on. Its auditor still answers for it with the stake.
    function revoke(uint256 id) external {
        Attestation storage attestation_ = _get(id);
        if (msg.sender != attestation_.auditor && !hasRole(ACCREDITOR_ROLE, msg.sender)) {
            revert NotYourAttestation(id, msg.sender);
        }
        uint48 end = endOf(id);
        if (end <= block.timestamp) revert AttestationEnded(id, end);
        attestation_.end = Time.timestamp();
        emit Revoked(id, msg.sender);
    }

    /// @notice Gives an auditor the stake of an ended attestation back, and its seat away, once the
    /// cool-off after its end and after the last dispute on its subject is over. Everyone may call it.
    function release(uint256 id) external {
        Attestation storage attestation_ = _get(id);
        (uint256 stake, bytes32 subject) = (attestation_.stake, attestation_.subject);
        if (stake == 0) revert NothingLocked(id);
        uint256 readyAt = Math.max(endOf(id), _quietSince(subject)) + coolOff;
        if (block.timestamp < readyAt) revert TooEarlyToRelease(id, readyAt);
        _beforeChange(subject);
        attestation_.stake = 0;
        uint256[] storage seats = _seats[subject][attestation_.criterion];
        seats[_seatOf(seats, attestation_.auditor)] = seats[seats.length - 1];
        seats.pop();
        emit Released(id, attestation_.auditor, stake);
        vault.unlock(attestation_.auditor, stake);
    }

    /// @inheritdoc IModelGate
    function subjectOf(uint256 versionId, Hashes calldata hashes) public pure returns (bytes32 subject) {
        return keccak256(abi.encode(versionId, hashes));
    }

    /// @notice First second at which an attestation does not count, all things considered.
    function endOf(uint256 id) public view returns (uint48) {
        Attestation storage attestation_ = _get(id);
        uint48 end = attestation_.end;
        uint48 termEnd = termEndOf(attestation_.auditor, attestation_.term);
        return termEnd != 0 && termEnd < end ? termEnd : end;
    }

    /// @notice Attestation `id`.
    function attestation(uint256 id) external view returns (Attestation memory) {
        return _get(id);
    }

    /// @notice The latest attestation of each auditor that has a seat.
    function seatsOf(bytes32 subject, Criterion criterion) public view returns (uint256[] memory ids) {
        return _seats[subject][criterion];
    }

    /// @dev Called before an attestation on a subject is made or loses its seat.
    function _beforeChange(bytes32 subject) internal virtual;

    /// @dev Called after an attestation on a subject was made.
    function _afterChange(bytes32 subject) internal virtual;

    /// @dev Since when no dispute on a subject is open; reverts while one is.
    function _quietSince(bytes32 subject) internal view virtual returns (uint48);

    /// @dev First second at which an attestation no longer counts for a least score; 0 if it never did.
    function _countsUntil(uint256 id, uint8 leastScore) internal view returns (uint256) {
        return _attestations[id].score < leastScore ? 0 : endOf(id);
    }

    function _get(uint256 id) internal view returns (Attestation storage) {
        if (id == 0 || id > attestationCount) revert UnknownAttestation(id, attestationCount);
        return _attestations[id];
    }

    function _check(Statement calldata statement) private view {
        if (!isAccredited(msg.sender)) revert NotAccredited(msg.sender);
        if (statement.score > MAX_SCORE) revert InvalidScore(statement.score, MAX_SCORE);
        (uint48 now_, uint48 expiry) = (Time.timestamp(), statement.expiry);
        if (expiry <= now_ || expiry > now_ + MAX_VALIDITY) {
            revert InvalidExpiry(expiry, now_, now_ + MAX_VALIDITY);
        }
    }

    /// @dev Gives the caller's seat, or a free one, to an attestation. Returns what goes over from its
    /// predecessor.
    function _sit(uint256 id, bytes32 subject, Criterion criterion) private returns (uint256 stake, uint8 peak) {
        uint256[] storage seats = _seats[subject][criterion];
        uint256 index = _seatOf(seats, msg.sender);
        if (index == seats.length) {
            if (index == MAX_AUDITORS) revert NoSeatLeft(subject, criterion);
            seats.push(id);
            return (0, 0);
        }
        Attestation storage old = _attestations[seats[index]];
        (stake, peak) = (old.stake, old.peak);
        old.stake = 0;
        if (old.end > block.timestamp) old.end = Time.timestamp();
        emit Superseded(seats[index], id);
        seats[index] = id;
    }

    /// @dev Index of an auditor's seat, or the number of seats if it has none.
    function _seatOf(uint256[] storage seats, address auditor) private view returns (uint256 index) {
        uint256 length = seats.length;
        while (index < length && _attestations[seats[index]].auditor != auditor) ++index;
    }
}
