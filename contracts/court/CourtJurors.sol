// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {CourtTerms} from "./CourtTerms.sol";
import {SortitionTree} from "./SortitionTree.sol";

/// @title The jurors of a court: what they put up, and how they are drawn.
/// @notice A juror puts up staked shares, which stay in the vault, vote and earn, but cannot leave. Its
/// weight is all of what it put up, as long as that covers one more seat under the mildest terms that the
/// lane has or had; else it is 0. Whether it covers the seat it is drawn for is for the terms of the dispute
/// to say, so new terms change no draw of a dispute that was open before.
///
/// Draws come in sessions. The first dispute of a lane that asks for a draw opens one, and others may
/// join while nobody can know the number it will follow. Until every panel of the session is drawn, no
/// stake in the lane changes: nobody can put up or take back a stake after seeing the number. After a
/// session, stakes can change for a while before the next one.
abstract contract CourtJurors is CourtTerms, ReentrancyGuard {
    using SortitionTree for SortitionTree.Tree;

    /// @notice A juror in a lane: units of shares put up and at risk, and whether it is excused from
    /// being drawn because it last failed to reveal.
    struct Juror {
        uint120 stake;
        uint120 atRisk;
        bool benched;
    }

    /// @notice A session of draws: panels still to be drawn, end of the last one, and its number.
    struct Session {
        uint32 panels;
        uint48 endedAt;
        IRandomness source;
        uint256 request;
    }

    /// @notice The vault whose shares jurors put up.
    IStakeVault public immutable vault;
    /// @notice What fees are paid in and what slashed shares turn into: the vault's asset.
    IERC20 public immutable token;

    mapping(uint256 lane => mapping(address juror => Juror)) private _jurors;
    mapping(address juror => uint256) private _lockedOf;
    mapping(uint256 lane => SortitionTree.Tree) private _trees;
    mapping(uint256 lane => Session) private _sessions;

    event StakeSet(address indexed juror, uint256 indexed lane, uint256 stake);
    event WeightSet(address indexed juror, uint256 indexed lane, uint256 weight);
    event SessionOpened(uint256 indexed lane, IRandomness source, uint256 request);
    event SessionEnded(uint256 indexed lane);

    error DrawsInProgress(uint256 lane);
    error StakingOpen(uint256 lane, uint256 until);
    error StakeTooSmall(uint256 stake, uint256 least);
    error StakeAtRisk(address juror, uint256 stake, uint256 atRisk);
    error RandomnessNotKnown(uint256 request);

    /// @param vault_ See {vault}; this contract needs its locker and slasher roles.
    constructor(IStakeVault vault_) {
        vault = vault_;
        token = IERC20(IERC4626(address(vault_)).asset());
    }

    // Stakes

    /// @notice Sets what the caller puts up in a lane, in units of shares: nothing, or at least the
    /// lane's least stake and what the caller has at risk. Puts a benched juror back on duty.
    function setStake(uint256 lane, uint256 stake) external nonReentrant {
        Terms storage terms = _latestTerms(lane);
        _requireNoDraws(lane);
        Juror storage juror = _jurors[lane][msg.sender];
        if (stake != 0 && stake < terms.minStake) revert StakeTooSmall(stake, terms.minStake);
        if (stake < juror.atRisk) revert StakeAtRisk(msg.sender, stake, juror.atRisk);
        uint256 old = juror.stake;
        juror.stake = SafeCast.toUint120(stake);
        juror.benched = false;
        _lockedOf[msg.sender] = _lockedOf[msg.sender] + stake - old;
        if (stake > old) vault.lock(msg.sender, stake - old);
        else if (stake < old) vault.unlock(msg.sender, old - stake);
        emit StakeSet(msg.sender, lane, stake);
        _weigh(lane, msg.sender);
    }

    /// @notice Brings what a juror put up and its weight up to date, after the vault slashed it for
    /// something else, the lane's terms changed or a draw passed it over. Anyone may call it.
    function refresh(uint256 lane, address account) external nonReentrant {
        _requireNoDraws(lane);
        uint256 held = vault.balanceOf(account);
        uint256 locked = _lockedOf[account];
        if (held < locked) _reduce(lane, account, locked - held);
        _weigh(lane, account);
    }

    /// @notice What an account put up in a lane, what of it is at risk, and whether it is benched.
    function jurorOf(uint256 lane, address account) external view returns (Juror memory juror) {
        return _jurors[lane][account];
    }

    /// @notice Weight of an account in the draws of a lane.
    function weightOf(uint256 lane, address account) external view returns (uint256 weight) {
        return _trees[lane].weightOf(account);
    }

    /// @notice Sum of all weights in a lane.
    function totalWeight(uint256 lane) public view returns (uint256 weight) {
        return _trees[lane].total();
    }

    /// @notice The session of draws of a lane.
    function sessionOf(uint256 lane) external view returns (Session memory session) {
        return _sessions[lane];
    }

    // Draws

    /// @dev Opens a session, `staking` seconds after the last one at the earliest, or joins the open one while
    /// its number cannot be known.
    function _joinSession(uint256 lane, uint48 staking) internal {
        Session storage session = _sessions[lane];
        if (session.panels++ == 0) {
            uint256 until = session.endedAt == 0 ? 0 : uint256(session.endedAt) + staking;
            if (block.timestamp < until) revert StakingOpen(lane, until);
            _ask(lane, session);
        } else if (session.source.statusOf(session.request) != IRandomness.Status.Sealed) {
            revert DrawsInProgress(lane);
        }
    }

    /// @dev Asks again if the number can never come: it was lost, or its unrecorded source replaced.
    function _renewSession(uint256 lane) internal {
        Session storage session = _sessions[lane];
        IRandomness.Status status = session.source.statusOf(session.request);
        bool silent = address(session.source) != address(randomness) && status != IRandomness.Status.Known;
        if (status != IRandomness.Status.Lost && !silent) revert DrawsInProgress(lane);
        _ask(lane, session);
    }

    function _leaveSession(uint256 lane) internal {
        Session storage session = _sessions[lane];
        if (--session.panels == 0) {
            session.endedAt = uint48(block.timestamp);
            emit SessionEnded(lane);
        }
    }

    /// @dev The number of the session, once it is known.
    function _seed(uint256 lane) internal view returns (uint256) {
        Session storage session = _sessions[lane];
        if (session.source.statusOf(session.request) != IRandomness.Status.Known) {
            revert RandomnessNotKnown(session.request);
        }
        return session.source.valueOf(session.request);
    }

    /// @dev Draws one juror under the terms of its dispute and puts a seat's part of its stake at risk.
    /// Whoever cannot cover the seat loses its weight instead, and nobody is drawn: so no account is tried
    /// twice in vain.
    function _drawSeat(uint256 lane, uint256 number, Terms storage terms) internal returns (address account) {
        SortitionTree.Tree storage tree = _trees[lane];
        account = tree.draw(number % tree.total());
        Juror storage juror = _jurors[lane][account];
        uint256 risk = _atRisk(terms);
        bool covered = juror.stake >= terms.minStake && _covers(juror, account, risk);
        if (covered) juror.atRisk += uint120(risk);
        if (!covered || !_covers(juror, account, risk)) _setWeight(lane, account, 0);
        if (!covered) account = address(0);
    }

    /// @dev Takes `amount` of a juror's risk back, and of its stake if it `failed`: as much as it still
    /// put up and has. Returns the tokens that the slashed shares stood for.
    // slither-disable-next-line calls-loop,reentrancy-events: the vault is the DAO's own, and `pages` bounds the loop
    function _settle(uint256 lane, address account, uint256 amount, bool failed, bool absent)
        internal
        returns (uint256 assets)
    {
        Juror storage juror = _jurors[lane][account];
        juror.atRisk -= uint120(amount);
        if (absent) juror.benched = true;
        if (failed) {
            uint256 burned = Math.min(_reduce(lane, account, amount), vault.balanceOf(account));
            if (burned > 0) assets = vault.slash(account, burned, address(this));
        }
        _weigh(lane, account);
    }

    function _requireNoDraws(uint256 lane) internal view {
        if (_sessions[lane].panels > 0) revert DrawsInProgress(lane);
    }

    function _ask(uint256 lane, Session storage session) private {
        session.source = randomness;
        session.request = randomness.request();
        // slither-disable-next-line reentrancy-events: the event tells the number that the call gave
        emit SessionOpened(lane, session.source, session.request);
    }

    /// @dev Lets go of up to `amount` of what a juror put up.
    // slither-disable-next-line calls-loop: as in {_settle}
    function _reduce(uint256 lane, address account, uint256 amount) private returns (uint256 taken) {
        Juror storage juror = _jurors[lane][account];
        taken = Math.min(amount, juror.stake);
        // slither-disable-next-line incorrect-equality: there is either something to let go of or nothing
        if (taken == 0) return 0;
        juror.stake -= uint120(taken);
        _lockedOf[account] -= taken;
        vault.unlock(account, taken);
        emit StakeSet(account, lane, juror.stake);
    }

    /// @dev Whether a juror has `risk` that is free to put at risk, and the vault still holds it.
    function _covers(Juror storage juror, address account, uint256 risk) private view returns (bool) {
        // slither-disable-next-line calls-loop: the vault is the DAO's own, and `pages` bounds the loop
        return juror.stake >= uint256(juror.atRisk) + risk && vault.balanceOf(account) >= _lockedOf[account];
    }

    function _weigh(uint256 lane, address account) private {
        Juror storage juror = _jurors[lane][account];
        (uint256 minStake, uint256 risk) = _mildestOf(lane);
        bool onDuty = !juror.benched && juror.stake >= minStake && _covers(juror, account, risk);
        _setWeight(lane, account, onDuty ? juror.stake : 0);
    }

    function _setWeight(uint256 lane, address account, uint256 weight) private {
        if (_trees[lane].weightOf(account) == weight) return;
        _trees[lane].set(account, weight);
        emit WeightSet(account, lane, weight);
    }
}
