// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelGate} from "../../contracts/interfaces/IModelGate.sol";
import {SettableArbitrator} from "../../contracts/mocks/SettableArbitrator.sol";
import {AttestationGate} from "../../contracts/registry/AttestationGate.sol";
import {Attestations} from "../../contracts/registry/Attestations.sol";
import {ModelRecords} from "../../contracts/registry/ModelRecords.sol";
import {ModelRegistry} from "../../contracts/registry/ModelRegistry.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {Handler, VM} from "./Harness.sol";

/// @title What makers, auditors, challengers and the treasury do, step by step.
abstract contract RegistryActs is Handler {
    uint256 public constant AUDITORS = 5;
    uint256 private constant VERSIONS = 6;

    ModelRegistry internal immutable registry;
    AttestationGate internal immutable gate;
    SettableArbitrator internal immutable arbitrator;
    address internal immutable treasury;
    address internal immutable maker;

    uint256[] internal _disputes;
    /// @notice Last admission of a version.
    mapping(uint256 version => uint256) public admittedAt;

    constructor(ModelRegistry registry_, AttestationGate gate_, SettableArbitrator arbitrator_, MootToken token) {
        (registry, gate, arbitrator) = (registry_, gate_, arbitrator_);
        treasury = registry_.treasury();
        _people("auditor", AUDITORS);
        maker = address(0xdef);
        _allow(token, address(registry_));
    }

    function _draft() internal returns (uint256 id) {
        if (registry.versionCount() >= VERSIONS) revert("enough versions");
        if (registry.modelCount() == 0) {
            VM.prank(maker);
            registry.registerModel("");
        }
        ModelRecords.Record memory record = _record(registry.versionCount() + 1);
        VM.prank(maker);
        return registry.draft(1, record);
    }

    function _propose() internal returns (uint256 id) {
        for (id = 1; id <= registry.versionCount(); ++id) {
            if (registry.version(id).stored == ModelRecords.State.Draft) break;
        }
        if (id > registry.versionCount()) id = _draft();
        VM.prank(maker);
        registry.propose(id);
    }

    function _deploy(uint256 id) internal {
        ModelRecords.Version memory found = registry.version(id);
        VM.prank(treasury);
        registry.deploy(id, found.record.hashes.weights, found.record.hashes.evaluation);
        admittedAt[id] = _now();
    }

    function _attest(uint256 who, uint256 id, uint256 criterion, uint8 score, uint256 validity) internal {
        address auditor = _actor(who);
        if (!gate.isAccredited(auditor)) {
            VM.prank(treasury);
            gate.accredit(auditor);
        }
        IModelGate.Hashes memory hashes = registry.version(id).record.hashes;
        uint48 expiry = uint48(_now() + validity);
        Attestations.Statement memory statement = Attestations.Statement(
            id, hashes, IModelGate.Criterion(criterion), score, expiry, bytes32(0), ""
        );
        VM.prank(auditor);
        gate.attest(statement);
    }

    function _challenge(uint256 which, uint256 criterion) internal {
        for (uint256 i = 0; i < registry.versionCount(); ++i) {
            uint256 id = _version(which % 64 + i);
            if (registry.version(id).proposedAt == 0) continue;
            if (registry.openChallengeOf(id) != 0 || registry.condemnedBy(id) != 0) continue;
            registry.challenge(id, IModelGate.Criterion(criterion % 3), "");
            _disputes.push(arbitrator.count() - 1);
            return;
        }
        revert("nothing to challenge");
    }

    function _version(uint256 seed) internal view returns (uint256 id) {
        return 1 + seed % registry.versionCount();
    }

    /// @dev A version that can still be deployed, a new one if need be.
    function _deployable(uint256 seed) internal returns (uint256 id) {
        for (uint256 i = 0; i < registry.versionCount(); ++i) {
            id = _version(seed % 64 + i);
            ModelRecords.Version memory found = registry.version(id);
            bool disputed = registry.openChallengeOf(id) != 0 || registry.condemnedBy(id) != 0;
            if (found.proposedAt != 0 && found.closedAt == 0 && !disputed) return id;
        }
        return _propose();
    }

    function _needed(uint256 criterion) internal view returns (uint256) {
        return gate.policy(gate.currentPolicy())[criterion].auditors;
    }

    function _record(uint256 seed) internal pure returns (ModelRecords.Record memory record) {
        bytes32 hash = keccak256(abi.encode(seed));
        record.hashes = IModelGate.Hashes(hash, hash, hash, hash);
    }
}
