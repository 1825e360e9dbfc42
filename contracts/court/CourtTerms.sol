// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";

/// @title What the lanes of a court ask and grant: periods, stakes, fees, sizes of panels.
/// @notice A lane is a court of its own, with its own jurors: lane 0 for people, lane 1 for agents.
/// Terms have versions. A dispute keeps the version it was created under to its end.
abstract contract CourtTerms is AccessControl {
    /// @notice The terms of a lane. Periods are in seconds.
    struct Terms {
        /// Time for evidence before each panel is drawn.
        uint48 evidence;
        /// Time for hidden votes.
        uint48 commit;
        /// Time to reveal them.
        uint48 reveal;
        /// Time to fund an appeal; whoever is losing has the first half.
        uint48 appeal;
        /// How long a panel that runs out of jurors waits for more, from its first draw on.
        uint48 patience;
        /// Least time between two draws in which stakes can change.
        uint48 staking;
        /// Part of `minStake` that a seat puts at risk, in basis points.
        uint16 alpha;
        /// What the winning side of an appeal puts up, in basis points of the next panel's fees.
        uint32 winnerBps;
        /// What the losing side puts up, likewise.
        uint32 loserBps;
        /// Seats of a first panel, unless more are asked for.
        uint16 seats;
        /// Most seats of a panel. A panel that cannot double within it has the last word.
        uint16 maxSeats;
        /// Least stake of a juror, in units of shares.
        uint128 minStake;
        /// Fee of a seat, in wei.
        uint128 fee;
    }

    /// @notice May set terms and the source of random numbers. Meant for the treasury.
    bytes32 public constant TERMS_ROLE = keccak256("TERMS_ROLE");
    /// @notice Basis points in one.
    uint256 public constant BASIS_POINTS = 10_000;
    /// @notice Most lanes.
    uint256 public constant MAX_LANES = 8;
    /// @notice Shortest period of a dispute, in seconds.
    uint48 public constant MIN_PERIOD = 1 minutes;
    /// @notice Longest period of a dispute, in seconds.
    uint48 public constant MAX_PERIOD = 60 days;
    /// @notice Longest time in which stakes must be able to change between two draws, in seconds.
    uint48 public constant MAX_STAKING = 1 days;
    /// @notice Largest panel that terms may allow.
    uint16 public constant MAX_SEATS = 511;
    /// @notice Most that a side of an appeal can be asked for, in basis points of the fees.
    uint32 public constant MAX_APPEAL_BPS = 100_000;

    /// @notice Where the numbers of the next draw come from.
    IRandomness public randomness;

    /// @dev The least that a juror of a lane needs under any of its terms, in units of shares.
    struct Mildest {
        uint128 minStake;
        uint128 risk;
    }

    Terms[][] private _terms;
    mapping(uint256 lane => Mildest) private _mildest;

    event TermsSet(uint256 indexed lane, uint256 indexed version, Terms terms);
    event RandomnessSet(IRandomness oldSource, IRandomness newSource);

    error UnknownLane(uint256 lane, uint256 lanes);
    error TooManyLanes(uint256 most);
    error TermOutOfBounds(bytes32 term, uint256 value, uint256 least, uint256 most);
    error InvalidRandomness(address source);

    /// @param terms_ First terms of each lane, in their order.
    /// @param randomness_ See {randomness}.
    /// @param admin Account that grants roles: the treasury once deployed.
    constructor(Terms[] memory terms_, IRandomness randomness_, address admin) {
        if (terms_.length == 0) revert UnknownLane(0, 0);
        for (uint256 lane = 0; lane < terms_.length; ++lane) {
            _setTerms(lane, terms_[lane]);
        }
        _setRandomness(randomness_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Sets the terms of disputes created from now on in a lane. Naming the number that follows
    /// the last lane opens a new one.
    function setTerms(uint256 lane, Terms calldata terms_) external onlyRole(TERMS_ROLE) {
        _setTerms(lane, terms_);
    }

    /// @notice Sets where numbers come from. A draw that waits for a number of the old source may ask
    /// the new one, so a source that fell silent holds up nothing.
    function setRandomness(IRandomness newSource) external onlyRole(TERMS_ROLE) {
        _setRandomness(newSource);
    }

    /// @notice Number of lanes.
    function lanes() public view returns (uint256) {
        return _terms.length;
    }

    /// @notice The terms of new disputes in a lane, and their version, counted from 0.
    function termsOf(uint256 lane) external view returns (Terms memory terms, uint256 version) {
        return (_latestTerms(lane), _versionOf(lane));
    }

    /// @notice What a seat puts at risk under some terms, in units of shares.
    function _atRisk(Terms storage terms) internal view returns (uint256) {
        return uint256(terms.minStake) * terms.alpha / BASIS_POINTS;
    }

    function _latestTerms(uint256 lane) internal view returns (Terms storage) {
        if (lane >= _terms.length) revert UnknownLane(lane, _terms.length);
        return _terms[lane][_terms[lane].length - 1];
    }

    /// @dev The least stake and the least risk of a seat under any terms that a lane has or had.
    function _mildestOf(uint256 lane) internal view returns (uint256 minStake, uint256 risk) {
        return (_mildest[lane].minStake, _mildest[lane].risk);
    }

    function _versionOf(uint256 lane) internal view returns (uint256) {
        return _terms[lane].length - 1;
    }

    function _termsAt(uint256 lane, uint256 version) internal view returns (Terms storage) {
        return _terms[lane][version];
    }

    function _setRandomness(IRandomness newSource) private {
        if (address(newSource) == address(0)) revert InvalidRandomness(address(newSource));
        emit RandomnessSet(randomness, newSource);
        randomness = newSource;
    }

    function _setTerms(uint256 lane, Terms memory terms) private {
        if (lane > _terms.length) revert UnknownLane(lane, _terms.length);
        if (lane >= MAX_LANES) revert TooManyLanes(MAX_LANES);
        _check("evidence", terms.evidence, MIN_PERIOD, MAX_PERIOD);
        _check("commit", terms.commit, MIN_PERIOD, MAX_PERIOD);
        _check("reveal", terms.reveal, MIN_PERIOD, MAX_PERIOD);
        _check("appeal", terms.appeal, MIN_PERIOD, MAX_PERIOD);
        _check("patience", terms.patience, MIN_PERIOD, MAX_PERIOD);
        _check("staking", terms.staking, MIN_PERIOD, MAX_STAKING);
        _check("alpha", terms.alpha, 1, BASIS_POINTS);
        _check("winnerBps", terms.winnerBps, BASIS_POINTS, MAX_APPEAL_BPS);
        _check("loserBps", terms.loserBps, terms.winnerBps, MAX_APPEAL_BPS);
        _check("maxSeats", terms.maxSeats, 1, MAX_SEATS);
        _check("seats", terms.seats, 1, terms.maxSeats);
        _check("minStake", terms.minStake, BASIS_POINTS, type(uint96).max);
        _check("fee", terms.fee, 1, type(uint96).max);
        if (lane == _terms.length) {
            _terms.push();
            _mildest[lane] = Mildest(type(uint128).max, type(uint128).max);
        }
        _terms[lane].push(terms);
        Mildest storage mildest = _mildest[lane];
        mildest.minStake = uint128(Math.min(mildest.minStake, terms.minStake));
        mildest.risk = uint128(Math.min(mildest.risk, _atRisk(_latestTerms(lane))));
        emit TermsSet(lane, _terms[lane].length - 1, terms);
    }

    function _check(bytes32 term, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert TermOutOfBounds(term, value, least, most);
    }
}
