// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IDeployable} from "../interfaces/IDeployable.sol";
import {IModelGate} from "../interfaces/IModelGate.sol";

/// @title What is known of models and their versions.
/// @notice A model is an ERC-721 token: whoever holds it drafts and proposes its versions. A version's
/// record can be amended while it is a draft and never after. Models and versions count from 1.
abstract contract ModelRecords is ERC721, AccessControl, IDeployable {
    /// @notice Where a version is. Audited, Approved, Timelocked and, after a lapse nobody recorded,
    /// Suspended follow from the gate and the governor at the moment of asking.
    enum State {
        None,
        Draft,
        Proposed,
        Audited,
        Approved,
        Timelocked,
        Deployable,
        Suspended,
        Deprecated,
        Revoked
    }

    /// @notice What a proposer says of a version. `evaluation` among the hashes covers the suite and its
    /// results, `scores` are those results for bias, safety and quality, of 100.
    struct Record {
        IModelGate.Hashes hashes;
        uint8[3] scores;
        bytes32 licence;
        uint256 parent;
        bytes32 metadataHash;
        string metadataURI;
    }

    /// @notice A version: its record and what became of it. Times are Unix seconds, 0 for not yet.
    struct Version {
        uint256 modelId;
        Record record;
        address proposer;
        uint48 draftedAt;
        uint48 proposedAt;
        uint48 windowEndsAt;
        uint48 closedAt;
        State stored;
    }

    /// @notice Shortest challenge window, in seconds.
    uint48 public constant MIN_WINDOW = 1 hours;
    /// @notice Longest challenge window, in seconds.
    uint48 public constant MAX_WINDOW = 90 days;
    /// @notice Highest score.
    uint8 public constant MAX_SCORE = 100;

    /// @notice The gate versions pass through.
    IModelGate public immutable gate;
    /// @notice Seconds a version proposed from now on stands open to challenges before it can be deployed.
    uint48 public challengeWindow;
    /// @notice How many models there are.
    uint256 public modelCount;
    /// @notice How many versions there are.
    uint256 public versionCount;

    mapping(uint256 modelId => string) private _modelURIs;
    mapping(uint256 versionId => Version) internal _versions;
    mapping(uint256 versionId => address) private _operators;

    event ModelRegistered(uint256 indexed modelId, address indexed owner, string uri);
    event VersionDrafted(uint256 indexed versionId, uint256 indexed modelId, Record record);
    event VersionAmended(uint256 indexed versionId, Record record);
    event VersionProposed(
        uint256 indexed versionId,
        uint256 indexed modelId,
        address indexed proposer,
        bytes32 subject,
        uint48 windowEndsAt
    );
    event OperatorSet(uint256 indexed versionId, address indexed operator);
    event ChallengeWindowSet(uint48 oldWindow, uint48 newWindow);

    error NotModelOwner(uint256 modelId, address caller);
    error UnknownVersion(uint256 versionId, uint256 count);
    error WrongState(uint256 versionId, State state);
    error MissingHash(uint256 versionId);
    error InvalidScore(uint8 score, uint8 highest);
    error InvalidWindow(uint48 window, uint48 shortest, uint48 longest);

    constructor(IModelGate gate_, uint48 challengeWindow_, address admin) ERC721("Moot Models", "MODEL") {
        gate = gate_;
        _setChallengeWindow(challengeWindow_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    // Writing

    /// @notice Registers a model that belongs to the caller.
    /// @param uri Where it is described.
    /// @return modelId Its number.
    function registerModel(string calldata uri) external returns (uint256 modelId) {
        modelId = ++modelCount;
        _modelURIs[modelId] = uri;
        emit ModelRegistered(modelId, msg.sender, uri);
        _mint(msg.sender, modelId);
    }

    /// @notice Drafts a version of a model the caller holds.
    /// @return versionId Its number.
    function draft(uint256 modelId, Record calldata record) external returns (uint256 versionId) {
        _checkModelOwner(modelId);
        versionId = ++versionCount;
        Version storage version_ = _versions[versionId];
        version_.modelId = modelId;
        version_.draftedAt = Time.timestamp();
        version_.stored = State.Draft;
        _write(versionId, record);
        emit VersionDrafted(versionId, modelId, record);
        _recordState(versionId);
    }

    /// @notice Changes the record of a draft.
    function amend(uint256 versionId, Record calldata record) external {
        _checkDraft(versionId);
        _write(versionId, record);
        emit VersionAmended(versionId, record);
    }

    /// @notice Proposes a draft: its record is fixed, its challenge window opens.
    function propose(uint256 versionId) external {
        Version storage version_ = _checkDraft(versionId);
        version_.proposer = msg.sender;
        version_.proposedAt = Time.timestamp();
        version_.windowEndsAt = Time.timestamp() + challengeWindow;
        version_.stored = State.Proposed;
        bytes32 subject = subjectOf(versionId);
        emit VersionProposed(versionId, version_.modelId, msg.sender, subject, version_.windowEndsAt);
        _recordState(versionId);
    }

    /// @notice Names who runs a version and answers for its decision log; the zero address stands for
    /// whoever holds the model.
    function setOperator(uint256 versionId, address operator) external {
        _checkModelOwner(_get(versionId).modelId);
        _operators[versionId] = operator;
        emit OperatorSet(versionId, operator);
    }

    /// @notice Sets the window of versions proposed from now on, in seconds.
    function setChallengeWindow(uint48 newWindow) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setChallengeWindow(newWindow);
    }

    // Reading

    /// @notice Version `versionId`. Its `stored` state may be behind: see {state}.
    function version(uint256 versionId) external view returns (Version memory) {
        return _get(versionId);
    }

    /// @notice What auditors attest to: the version with its hashes.
    function subjectOf(uint256 versionId) public view returns (bytes32 subject) {
        return gate.subjectOf(versionId, _get(versionId).record.hashes);
    }

    /// @notice Who runs a version.
    function operatorOf(uint256 versionId) external view returns (address operator) {
        operator = _operators[versionId];
        if (operator == address(0)) operator = developerOf(versionId);
    }

    /// @inheritdoc IDeployable
    function modelOf(uint256 versionId) public view returns (uint256 modelId) {
        return _get(versionId).modelId;
    }

    /// @inheritdoc IDeployable
    /// @dev Whoever holds the model now.
    function developerOf(uint256 versionId) public view returns (address developer) {
        return ownerOf(modelOf(versionId));
    }

    /// @notice Where a model is described.
    function tokenURI(uint256 modelId) public view override returns (string memory) {
        _requireOwned(modelId);
        return _modelURIs[modelId];
    }

    /// @notice Where a version is at this moment.
    function state(uint256 versionId) public view virtual returns (State);

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 interfaceId)
        public
        view
        virtual
        override(ERC721, AccessControl)
        returns (bool)
    {
        return super.supportsInterface(interfaceId);
    }

    // Inside

    function _recordState(uint256 versionId) internal virtual;

    function _get(uint256 versionId) internal view returns (Version storage) {
        if (versionId == 0 || versionId > versionCount) revert UnknownVersion(versionId, versionCount);
        return _versions[versionId];
    }

    function _checkModelOwner(uint256 modelId) internal view {
        if (_requireOwned(modelId) != msg.sender) revert NotModelOwner(modelId, msg.sender);
    }

    function _checkDraft(uint256 versionId) private view returns (Version storage version_) {
        version_ = _get(versionId);
        _checkModelOwner(version_.modelId);
        if (version_.stored != State.Draft) revert WrongState(versionId, state(versionId));
    }

    function _write(uint256 versionId, Record calldata record) private {
        bool whole = record.hashes.weights != 0 && record.hashes.evaluation != 0;
        if (!whole) revert MissingHash(versionId);
        if (record.parent >= versionId) revert UnknownVersion(record.parent, versionId - 1);
        for (uint256 i; i < 3; ++i) {
            if (record.scores[i] > MAX_SCORE) revert InvalidScore(record.scores[i], MAX_SCORE);
        }
        _versions[versionId].record = record;
    }

    function _setChallengeWindow(uint48 newWindow) private {
        if (newWindow < MIN_WINDOW || newWindow > MAX_WINDOW) {
            revert InvalidWindow(newWindow, MIN_WINDOW, MAX_WINDOW);
        }
        emit ChallengeWindowSet(challengeWindow, newWindow);
        challengeWindow = newWindow;
    }
}
