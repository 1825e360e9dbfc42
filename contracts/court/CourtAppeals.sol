// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CourtJurors} from "./CourtJurors.sol";

/// @title Crowdfunding of appeals, and everything that the court owes.
/// @notice Anyone may put up for a choice. Once two choices are fully funded the appeal goes ahead: the
/// next panel is paid from what both put up, and the rest goes to the backers of the choice that wins.
abstract contract CourtAppeals is CourtJurors {
    using SafeERC20 for IERC20;

    /// @notice The funding of an appeal against the verdict of one panel.
    struct Appeal {
        /// The fully funded choices, in the order they became so.
        uint256[] funded;
        /// Fees of the next panel once the appeal went ahead, else 0.
        uint256 fees;
        bool wentAhead;
        bool shared;
        /// What is left for the backers, and what they put up who have not taken it yet.
        uint256 pool;
        uint256 stakes;
        mapping(uint256 choice => uint256) paid;
        mapping(uint256 choice => mapping(address backer => uint256)) paidBy;
    }

    /// @notice What the court owes an account, in wei.
    mapping(address account => uint256 amount) public owed;

    mapping(uint256 disputeID => mapping(uint256 round => Appeal)) private _appeals;

    event Contribution(
        uint256 indexed disputeID, uint256 indexed round, uint256 choice, address indexed backer, uint256 amount
    );
    event ChoiceFunded(uint256 indexed disputeID, uint256 indexed round, uint256 choice);
    event ContributionReturned(
        uint256 indexed disputeID, uint256 indexed round, uint256 choice, address indexed backer, uint256 amount
    );
    event Withdrawn(address indexed account, uint256 amount);

    error AlreadyFunded(uint256 disputeID, uint256 choice);

    /// @notice Sends an account all that the court owes it. Anyone may call it.
    function withdraw(address account) external nonReentrant returns (uint256 amount) {
        amount = owed[account];
        owed[account] = 0;
        emit Withdrawn(account, amount);
        token.safeTransfer(account, amount);
    }

    /// @notice How an appeal is funded: what was put up for a choice, by all and by one account, the
    /// choices fully funded, and whether it went ahead.
    function appealOf(uint256 disputeID, uint256 round, uint256 choice, address backer)
        external
        view
        returns (uint256 paid, uint256 paidBy, uint256[] memory funded, bool wentAhead)
    {
        Appeal storage appeal = _appeals[disputeID][round];
        return (appeal.paid[choice], appeal.paidBy[choice][backer], appeal.funded, appeal.wentAhead);
    }

    /// @dev Takes at most what the choice still lacks of `needed`. Says whether two choices are funded.
    function _contribute(uint256 disputeID, uint256 round, uint256 choice, uint256 amount, uint256 needed)
        internal
        returns (bool complete)
    {
        Appeal storage appeal = _appeals[disputeID][round];
        uint256 paid = appeal.paid[choice];
        if (paid == needed) revert AlreadyFunded(disputeID, choice);
        amount = Math.min(amount, needed - paid);
        appeal.paid[choice] = paid + amount;
        appeal.paidBy[choice][msg.sender] += amount;
        emit Contribution(disputeID, round, choice, msg.sender, amount);
        if (paid + amount == needed) {
            appeal.funded.push(choice);
            emit ChoiceFunded(disputeID, round, choice);
        }
        token.safeTransferFrom(msg.sender, address(this), amount);
        return appeal.funded.length == 2;
    }

    /// @dev Sets the next panel's fees aside; what both sides put up beyond them is for the winner.
    function _goAhead(uint256 disputeID, uint256 round, uint256 fees) internal {
        Appeal storage appeal = _appeals[disputeID][round];
        appeal.wentAhead = true;
        appeal.fees = fees;
    }

    /// @dev The choices that were fully funded in an appeal.
    function _fundedIn(uint256 disputeID, uint256 round) internal view returns (uint256[] memory) {
        return _appeals[disputeID][round].funded;
    }

    /// @dev Pays a backer out, once the dispute's final `ruling` is known. All of it comes back if the
    /// appeal did not go ahead or the choice was not fully funded. Else the backers of the ruling share
    /// the pool; if neither choice was the ruling, all backers of both do. Whoever comes last gets the
    /// remainder of the division.
    function _payBacker(uint256 disputeID, uint256 round, uint256 choice, address backer, uint256 ruling)
        internal
        returns (uint256 amount)
    {
        Appeal storage appeal = _appeals[disputeID][round];
        uint256 stake = appeal.paidBy[choice][backer];
        if (stake == 0) return 0;
        appeal.paidBy[choice][backer] = 0;
        amount = stake;
        if (appeal.wentAhead && _isFunded(appeal, choice)) {
            bool decided = _isFunded(appeal, ruling);
            if (!appeal.shared) _openPool(appeal, decided, ruling);
            amount = 0;
            if (!decided || choice == ruling) {
                amount = Math.mulDiv(appeal.pool, stake, appeal.stakes);
                appeal.pool -= amount;
                appeal.stakes -= stake;
            }
        }
        emit ContributionReturned(disputeID, round, choice, backer, amount);
        token.safeTransfer(backer, amount);
    }

    function _openPool(Appeal storage appeal, bool decided, uint256 ruling) private {
        uint256 first = appeal.paid[appeal.funded[0]];
        uint256 second = appeal.paid[appeal.funded[1]];
        appeal.shared = true;
        appeal.pool = first + second - appeal.fees;
        appeal.stakes = decided ? appeal.paid[ruling] : first + second;
    }

    function _isFunded(Appeal storage appeal, uint256 choice) private view returns (bool) {
        return appeal.funded[0] == choice || appeal.funded[1] == choice;
    }
}
