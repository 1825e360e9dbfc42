// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title What a decision log needs of the registry.
interface IVersionOperators {
    /// @notice Who runs a version. Reverts if there is no such version.
    function operatorOf(uint256 versionId) external view returns (address operator);
}

/// @title Decision logs: what a version decided, committed to, and explained on request.
/// @notice A version's operator commits the Merkle root of the decisions of a period. A leaf is the hash
/// of one decision, salted by whoever wrote it; in the tree it is hashed once more, so that no inner node
/// can pass for a leaf. Whoever can prove a leaf may ask for an explanation, once, and the operator owes
/// the answer's hash by a deadline.
contract DecisionLog is AccessControl {
    /// @notice Decisions of a period: from `from`, before `to`.
    struct Batch {
        bytes32 root;
        uint48 from;
        uint48 to;
        uint48 committedAt;
        uint32 decisions;
    }

    /// @notice A request for an explanation. `answeredAt` is 0 while there is none.
    struct Request {
        uint256 versionId;
        uint256 index;
        bytes32 leaf;
        address asker;
        uint48 deadline;
        uint48 answeredAt;
        bool missed;
        bytes32 answer;
    }

    /// @notice Open: the answer is owed. Missed: it is overdue. Late: it came after the deadline.
    enum Status {
        Open,
        Answered,
        Missed,
        Late
    }

    /// @notice Bounds of the time to answer, in seconds.
    uint48 public constant MIN_TIME = 1 hours;
    /// @notice See {MIN_TIME}.
    uint48 public constant MAX_TIME = 90 days;

    /// @notice Knows the operators.
    IVersionOperators public immutable registry;
    /// @notice Seconds an operator has for an explanation asked for from now on.
    uint48 public timeToAnswer;
    /// @notice How many requests were made; they count from 1.
    uint256 public requestCount;

    // slither-disable-next-line uninitialized-state: {commit} writes it, through a pointer
    mapping(uint256 versionId => Batch[]) private _batches;
    mapping(uint256 id => Request) private _requests;
    mapping(uint256 versionId => mapping(uint256 index => mapping(bytes32 leaf => uint256))) private _requestOf;
    /// @notice Explanations of a version that came late or not at all, as far as recorded.
    mapping(uint256 versionId => uint256) public missed;

    event Committed(
        uint256 indexed versionId,
        uint256 indexed index,
        bytes32 root,
        uint48 from,
        uint48 to,
        uint32 decisions,
        string uri
    );
    event ExplanationRequested(
        uint256 indexed id,
        uint256 indexed versionId,
        address indexed asker,
        uint256 index,
        bytes32 leaf,
        uint48 deadline
    );
    event Explained(uint256 indexed id, uint256 indexed versionId, bytes32 answer, string uri);
    event DutyMissed(uint256 indexed id, uint256 indexed versionId, uint256 missed);
    event TimeToAnswerSet(uint48 oldTime, uint48 newTime);

    error NotOperator(uint256 versionId, address caller);
    error InvalidPeriod(uint48 from, uint48 to, uint48 earliest, uint48 latest);
    error EmptyBatch();
    error UnknownBatch(uint256 versionId, uint256 index, uint256 count);
    error NotInLog(uint256 versionId, uint256 index, bytes32 leaf);
    error AlreadyRequested(uint256 id);
    error UnknownRequest(uint256 id, uint256 count);
    error AlreadyAnswered(uint256 id, uint48 answeredAt);
    error EmptyAnswer();
    error NotOverdue(uint256 id, uint48 deadline);
    error AlreadyMissed(uint256 id);
    error InvalidTime(uint48 time, uint48 shortest, uint48 longest);

    /// @param registry_ See {registry}.
    /// @param timeToAnswer_ First {timeToAnswer}.
    /// @param admin Account that grants roles and sets the time: the treasury once deployed.
    constructor(IVersionOperators registry_, uint48 timeToAnswer_, address admin) {
        registry = registry_;
        _setTimeToAnswer(timeToAnswer_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Commits a period's decisions. Periods follow one another: none overlaps an earlier one.
    /// @param versionId A version the caller runs.
    /// @param root Root of the Merkle tree, made as OpenZeppelin's library expects (sorted pairs).
    /// @param from First second of the period, at least the end of the last one.
    /// @param to First second after the period, at most now.
    /// @param decisions How many there were, more than 0.
    /// @param uri Where the log is kept.
    /// @return index Number of the batch, counted from 0 for each version.
    function commit(uint256 versionId, bytes32 root, uint48 from, uint48 to, uint32 decisions, string calldata uri)
        external
        returns (uint256 index)
    {
        _checkOperator(versionId);
        if (root == 0 || decisions == 0) revert EmptyBatch();
        Batch[] storage batches = _batches[versionId];
        index = batches.length;
        uint48 earliest = index == 0 ? 0 : batches[index - 1].to;
        uint48 latest = Time.timestamp();
        if (from < earliest || from >= to || to > latest) revert InvalidPeriod(from, to, earliest, latest);
        batches.push(Batch(root, from, to, latest, decisions));
        emit Committed(versionId, index, root, from, to, decisions, uri);
    }

    /// @notice Asks the operator of a version to explain a decision in its log. Once for each decision.
    /// @return id Number of the request.
    function requestExplanation(uint256 versionId, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        external
        returns (uint256 id)
    {
        if (!verify(versionId, index, leaf, proof)) revert NotInLog(versionId, index, leaf);
        id = _requestOf[versionId][index][leaf];
        if (id != 0) revert AlreadyRequested(id);
        id = ++requestCount;
        _requestOf[versionId][index][leaf] = id;
        uint48 deadline = Time.timestamp() + timeToAnswer;
        _requests[id] = Request(versionId, index, leaf, msg.sender, deadline, 0, false, 0);
        emit ExplanationRequested(id, versionId, msg.sender, index, leaf, deadline);
    }

    /// @notice Answers a request. After the deadline it is better than nothing, and a missed duty.
    /// @param id The request.
    /// @param answer Hash of the explanation.
    /// @param uri Where the explanation is, or how the asker gets it.
    function explain(uint256 id, bytes32 answer, string calldata uri) external {
        Request storage request_ = _get(id);
        _checkOperator(request_.versionId);
        if (request_.answeredAt != 0) revert AlreadyAnswered(id, request_.answeredAt);
        if (answer == 0) revert EmptyAnswer();
        if (block.timestamp > request_.deadline && !request_.missed) _miss(id, request_);
        request_.answeredAt = Time.timestamp();
        request_.answer = answer;
        emit Explained(id, request_.versionId, answer, uri);
    }

    /// @notice Records that an answer is overdue. Everyone may call it.
    function recordMiss(uint256 id) external {
        Request storage request_ = _get(id);
        if (request_.missed) revert AlreadyMissed(id);
        if (request_.answeredAt != 0) revert AlreadyAnswered(id, request_.answeredAt);
        if (block.timestamp <= request_.deadline) revert NotOverdue(id, request_.deadline);
        _miss(id, request_);
    }

    /// @notice Sets the time operators have for later requests, in seconds.
    function setTimeToAnswer(uint48 newTime) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTimeToAnswer(newTime);
    }

    /// @notice Whether a decision is in a batch of a version's log.
    /// @param versionId The version.
    /// @param index The batch.
    /// @param leaf Hash of the decision.
    /// @param proof Siblings from the leaf to the root.
    function verify(uint256 versionId, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        public
        view
        returns (bool)
    {
        bytes32 node = keccak256(bytes.concat(leaf));
        return MerkleProof.verifyCalldata(proof, batch(versionId, index).root, node);
    }

    /// @notice Batch `index` of a version.
    function batch(uint256 versionId, uint256 index) public view returns (Batch memory) {
        Batch[] storage batches = _batches[versionId];
        if (index >= batches.length) revert UnknownBatch(versionId, index, batches.length);
        return batches[index];
    }

    /// @notice How many batches a version has.
    function batchCount(uint256 versionId) external view returns (uint256) {
        return _batches[versionId].length;
    }

    /// @notice Request `id`.
    function request(uint256 id) external view returns (Request memory) {
        return _get(id);
    }

    /// @notice How a request stands at this moment, recorded or not.
    function statusOf(uint256 id) external view returns (Status) {
        Request storage request_ = _get(id);
        bool overdue = block.timestamp > request_.deadline;
        if (request_.answeredAt == 0) return overdue ? Status.Missed : Status.Open;
        return request_.answeredAt > request_.deadline ? Status.Late : Status.Answered;
    }

    function _miss(uint256 id, Request storage request_) private {
        request_.missed = true;
        emit DutyMissed(id, request_.versionId, ++missed[request_.versionId]);
    }

    function _get(uint256 id) private view returns (Request storage) {
        if (id == 0 || id > requestCount) revert UnknownRequest(id, requestCount);
        return _requests[id];
    }

    function _checkOperator(uint256 versionId) private view {
        if (registry.operatorOf(versionId) != msg.sender) revert NotOperator(versionId, msg.sender);
    }

    function _setTimeToAnswer(uint48 newTime) private {
        if (newTime < MIN_TIME || newTime > MAX_TIME) revert InvalidTime(newTime, MIN_TIME, MAX_TIME);
        emit TimeToAnswerSet(timeToAnswer, newTime);
        timeToAnswer = newTime;
    }
}
