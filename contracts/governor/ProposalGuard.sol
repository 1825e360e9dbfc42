// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Fingerprints} from "./Fingerprints.sol";

/// @title The guard: what was voted on is what is executed, in measure.
/// @notice Voters approve code, a treasury calls addresses. The guard takes the {fingerprint} of every
/// target when a proposal is made and refuses its execution if one has changed, unless the proposal itself
/// announced the new one with {expectChange}. It limits how many calls a proposal bundles and how much
/// of each asset the proposals of a kind spend in a period.
/// @dev A contract cannot read another's storage. The implementation behind a proxy is what the proxy says
/// in `implementation()`, or what a {Probe} says of it: a beacon, or the proxy's admin. A proxy that
/// answers neither is pinned by its own code alone, and so is code that reads an address from storage.
contract ProposalGuard is AccessControl {
    /// @notice Who to ask for the implementation of a target: `selector(target)` on `reader`.
    struct Probe {
        address reader;
        bytes4 selector;
    }

    /// @notice Where the calldata of a function says how much of an asset it spends.
    /// @param asset The asset, any address that stands for it.
    /// @param argument Position of the amount among the arguments, from 1; 0 if the call spends nothing.
    struct Meter {
        address asset;
        uint8 argument;
    }

    /// @notice The most of an asset that the proposals of a kind spend in each period.
    /// @param period Length of a period in seconds; periods begin at its multiples. 0 for no limit.
    struct Limit {
        uint208 most;
        uint32 period;
    }

    /// @dev What was spent in the period that is the window-th since 1970.
    struct Spent {
        uint208 amount;
        uint48 window;
    }

    /// @notice May pin and check: the governor.
    bytes32 public constant GOVERNOR_ROLE = keccak256("GOVERNOR_ROLE");
    /// @notice Most calls that any proposal can bundle.
    uint8 public constant MAX_CALLS = 32;
    /// @notice Number of kinds, see {ProposalKinds}.
    uint8 public constant KINDS = 5;
    /// @notice Stands for the chain's own coin.
    address public constant COIN = address(0);

    /// @dev Kinds of a proposal, a bit for each, and the fingerprint of each of its targets.
    struct Pin {
        uint8 kinds;
        bytes32[] fingerprints;
    }

    mapping(uint256 proposalId => Pin) private _pins;
    mapping(address target => Probe) private _probes;
    mapping(address target => mapping(bytes4 selector => Meter)) private _meters;
    mapping(uint8 kind => uint8) private _bundleLimits;
    mapping(uint8 kind => mapping(address asset => Limit)) private _limits;
    mapping(uint8 kind => mapping(address asset => Spent)) private _spent;

    event Pinned(uint256 indexed proposalId, uint8 kinds, bytes32[] fingerprints);
    event Checked(uint256 indexed proposalId);
    event SpendingCounted(uint8 indexed kind, address indexed asset, uint256 amount, uint256 spent);
    event ProbeSet(address indexed target, address indexed reader, bytes4 selector);
    event MeterSet(address indexed target, bytes4 indexed selector, address indexed asset, uint8 argument);
    event BundleLimitSet(uint8 indexed kind, uint8 calls);
    event SpendLimitSet(uint8 indexed kind, address indexed asset, uint208 most, uint32 period);

    error AlreadyPinned(uint256 proposalId);
    error NotPinned(uint256 proposalId);
    error TargetChanged(uint256 proposalId, address target, bytes32 pinned, bytes32 found);
    error BundleTooLarge(uint8 kind, uint256 calls, uint8 most);
    error SpendAboveLimit(uint8 kind, address asset, uint256 amount, uint256 left);
    error MeteredCallTooShort(address target, bytes4 selector, uint256 length);
    error UnknownKind(uint8 kind);
    error BundleLimitOutOfBounds(uint8 calls, uint8 most);

    /// @param calls First limit of calls in a bundle, for every kind.
    /// @param admin Account that sets limits and grants roles: the treasury once deployed.
    constructor(uint8 calls, address admin) {
        for (uint8 kind = 0; kind < KINDS; ++kind) {
            _setBundleLimit(kind, calls);
        }
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    // The governor's

    /// @notice Pins the targets of a new proposal; refuses too many calls, and a call that spends more than
    /// a whole period allows.
    /// @param kinds Kinds of its calls, a bit for each.
    function pin(
        uint256 proposalId,
        uint8 kinds,
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas
    ) external onlyRole(GOVERNOR_ROLE) {
        if (_pins[proposalId].fingerprints.length != 0) revert AlreadyPinned(proposalId);
        bytes32[] memory fingerprints = new bytes32[](targets.length);
        for (uint8 kind = 0; kind < KINDS; ++kind) {
            uint8 most = _bundleLimits[kind];
            if (_has(kinds, kind) && targets.length > most) revert BundleTooLarge(kind, targets.length, most);
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            fingerprints[i] = fingerprint(targets[i]);
            _checkSize(kinds, COIN, values[i]);
            (address asset, uint256 amount) = spendOf(targets[i], calldatas[i]);
            _checkSize(kinds, asset, amount);
        }
        _pins[proposalId] = Pin(kinds, fingerprints);
        emit Pinned(proposalId, kinds, fingerprints);
    }

    /// @notice Refuses the execution of a proposal if a target has changed, or if it spends more than is
    /// left of the period; else counts what it spends and forgets its pins.
    function check(
        uint256 proposalId,
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas
    ) external onlyRole(GOVERNOR_ROLE) {
        Pin memory pinned = _pins[proposalId];
        if (pinned.fingerprints.length == 0) revert NotPinned(proposalId);
        delete _pins[proposalId];
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes32 found = fingerprint(targets[i]);
            if (found != pinned.fingerprints[i] && !_announced(targets[i], found, targets, calldatas)) {
                revert TargetChanged(proposalId, targets[i], pinned.fingerprints[i], found);
            }
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            _count(pinned.kinds, COIN, values[i]);
            (address asset, uint256 amount) = spendOf(targets[i], calldatas[i]);
            _count(pinned.kinds, asset, amount);
        }
        emit Checked(proposalId);
    }

    // A proposal's

    /// @notice Does nothing. A proposal that calls this tells its voters that by its execution the code of
    /// `target` will have become that of `newFingerprint`, and may then be executed on it.
    function expectChange(address target, bytes32 newFingerprint) external pure {}

    // Reading

    /// @notice What a proposal pinned: its kinds and the fingerprint of each target, in order.
    function pinOf(uint256 proposalId) external view returns (uint8 kinds, bytes32[] memory fingerprints) {
        Pin memory pinned = _pins[proposalId];
        return (pinned.kinds, pinned.fingerprints);
    }

    /// @notice Hash of the code of an account and of the address and code of its implementation; 0 for an
    /// account without code, whether or not it has coins.
    function fingerprint(address target) public view returns (bytes32) {
        return Fingerprints.fingerprint(target, implementationOf(target));
    }

    /// @notice The contract with code that a target says it forwards to, or its {Probe} says it does; the
    /// zero address for none.
    function implementationOf(address target) public view returns (address) {
        Probe memory probe = _probes[target];
        return probe.reader == address(0)
            ? Fingerprints.implementation(target)
            : Fingerprints.probed(probe.reader, probe.selector, target);
    }

    /// @notice The asset that a call spends as its {Meter} says, and how much.
    function spendOf(address target, bytes calldata data) public view returns (address asset, uint256 amount) {
        if (data.length < 4) return (COIN, 0);
        bytes4 selector = bytes4(data);
        Meter memory meter = _meters[target][selector];
        if (meter.argument == 0) return (COIN, 0);
        uint256 end = 4 + 32 * uint256(meter.argument);
        if (data.length < end) revert MeteredCallTooShort(target, selector, data.length);
        return (meter.asset, uint256(bytes32(data[end - 32:end])));
    }

    /// @notice What proposals of a kind can still spend of an asset in this period.
    function available(uint8 kind, address asset) public view returns (uint256) {
        Limit memory limit = _limits[kind][asset];
        if (limit.period == 0) return type(uint256).max;
        Spent memory spent = _spent[kind][asset];
        if (spent.window != block.timestamp / limit.period) return limit.most;
        return limit.most > spent.amount ? limit.most - spent.amount : 0;
    }

    /// @notice Who knows the implementation of a target; the zero address if the target itself is asked.
    function probeOf(address target) external view returns (Probe memory) {
        return _probes[target];
    }

    /// @notice What a function of a target spends, and where its calldata says how much.
    function meterOf(address target, bytes4 selector) external view returns (Meter memory) {
        return _meters[target][selector];
    }

    /// @notice How many calls a proposal of a kind bundles at most.
    function bundleLimit(uint8 kind) external view returns (uint8) {
        return _bundleLimits[kind];
    }

    /// @notice The most of an asset that proposals of a kind spend in each period.
    function spendLimit(uint8 kind, address asset) external view returns (Limit memory) {
        return _limits[kind][asset];
    }

    // Setting

    /// @notice Says who knows the implementation of a target; the zero address to ask the target itself.
    /// Proposals that pinned the target differently have to be made anew.
    function setProbe(address target, address reader, bytes4 selector) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _probes[target] = Probe(reader, selector);
        emit ProbeSet(target, reader, selector);
    }

    /// @notice Says which argument of a function is an amount of an asset that is spent.
    function setMeter(address target, bytes4 selector, address asset, uint8 argument)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        _meters[target][selector] = Meter(asset, argument);
        emit MeterSet(target, selector, asset, argument);
    }

    /// @notice Sets how many calls a proposal of a kind bundles at most.
    function setBundleLimit(uint8 kind, uint8 calls) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setBundleLimit(kind, calls);
    }

    /// @notice Limits what the proposals of a kind spend of an asset in each period; a period of 0 lifts
    /// the limit.
    function setSpendLimit(uint8 kind, address asset, uint208 most, uint32 period)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        if (kind >= KINDS) revert UnknownKind(kind);
        _limits[kind][asset] = Limit(most, period);
        emit SpendLimitSet(kind, asset, most, period);
    }

    function _setBundleLimit(uint8 kind, uint8 calls) private {
        if (kind >= KINDS) revert UnknownKind(kind);
        if (calls == 0 || calls > MAX_CALLS) revert BundleLimitOutOfBounds(calls, MAX_CALLS);
        _bundleLimits[kind] = calls;
        emit BundleLimitSet(kind, calls);
    }

    /// @dev What is more than a whole period's could never be executed.
    function _checkSize(uint8 kinds, address asset, uint256 amount) private view {
        if (amount == 0) return;
        for (uint8 kind = 0; kind < KINDS; ++kind) {
            Limit memory limit = _limits[kind][asset];
            if (_has(kinds, kind) && limit.period != 0 && amount > limit.most) {
                revert SpendAboveLimit(kind, asset, amount, limit.most);
            }
        }
    }

    function _count(uint8 kinds, address asset, uint256 amount) private {
        if (amount == 0) return;
        for (uint8 kind = 0; kind < KINDS; ++kind) {
            uint32 period = _limits[kind][asset].period;
            if (!_has(kinds, kind) || period == 0) continue;
            uint256 left = available(kind, asset);
            if (amount > left) revert SpendAboveLimit(kind, asset, amount, left);
            uint48 window = SafeCast.toUint48(block.timestamp / period);
            Spent storage spent = _spent[kind][asset];
            // slither-disable-next-line incorrect-equality: a period is a number that is the same or another
            uint256 before = spent.window == window ? spent.amount : 0;
            (spent.amount, spent.window) = (SafeCast.toUint208(before + amount), window);
            emit SpendingCounted(kind, asset, amount, before + amount);
        }
    }

    function _announced(address target, bytes32 found, address[] calldata targets, bytes[] calldata calldatas)
        private
        view
        returns (bool)
    {
        bytes32 wanted = keccak256(abi.encodeCall(this.expectChange, (target, found)));
        for (uint256 i = 0; i < targets.length; ++i) {
            if (targets[i] == address(this) && keccak256(calldatas[i]) == wanted) return true;
        }
        return false;
    }

    function _has(uint8 kinds, uint8 kind) private pure returns (bool) {
        return kinds >> kind & 1 == 1;
    }
}
