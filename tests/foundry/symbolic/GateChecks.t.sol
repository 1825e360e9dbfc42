// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModelGate} from "../../../contracts/interfaces/IModelGate.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {AttestationGate} from "../../../contracts/registry/AttestationGate.sol";
import {Attestations} from "../../../contracts/registry/Attestations.sol";
import {SaidVault, VM} from "./Stubs.sol";

/// @title The gate's count of auditors, for every score and every expiry.
contract GateChecks {
    uint48 private constant NOW = 1_000_000;
    address private constant FIRST = address(0x1);
    address private constant SECOND = address(0x2);

    AttestationGate private gate;

    /// @dev Two auditors of at least 80 for bias, one for the rest, which the second one covers.
    function setUp() public {
        VM.warp(NOW);
        AttestationGate.Requirement[3] memory policy = [
            AttestationGate.Requirement(2, 80),
            AttestationGate.Requirement(1, 70),
            AttestationGate.Requirement(1, 60)
        ];
        IStakeVault vault = IStakeVault(address(new SaidVault()));
        gate = new AttestationGate(vault, policy, 100, 1 days, 5_000, address(this));
        gate.grantRole(gate.ACCREDITOR_ROLE(), address(this));
        gate.accredit(FIRST);
        gate.accredit(SECOND);
        _attest(SECOND, 1, 100, NOW + 300 days);
        _attest(SECOND, 2, 100, NOW + 300 days);
    }

    function check_one_auditor_never_counts_for_two(uint8 one, uint8 two, uint48 until, uint48 then) external {
        _attest(FIRST, 0, one, until);
        _attest(FIRST, 0, two, then);
        assert(!gate.passes(_subject()));
    }

    function check_two_auditors_count_if_both_vouch(uint8 one, uint8 two) external {
        _attest(FIRST, 0, one, NOW + 1 days);
        _attest(SECOND, 0, two, NOW + 1 days);
        assert(gate.passes(_subject()) == (one >= 80 && two >= 80));
    }

    function check_nothing_passes_once_an_attestation_has_ended(uint32 moment) external {
        VM.assume(moment < 200 days);
        _attest(FIRST, 0, 100, NOW + 1 days);
        _attest(SECOND, 0, 100, NOW + 2 days);
        VM.warp(uint256(NOW) + moment);
        assert(gate.passes(_subject()) == (moment < 1 days));
    }

    function _attest(address auditor, uint8 criterion, uint8 score, uint48 expiry) private {
        Attestations.Statement memory statement = Attestations.Statement({
            versionId: 1,
            hashes: IModelGate.Hashes(0, 0, 0, 0),
            criterion: IModelGate.Criterion(criterion),
            score: score,
            expiry: expiry,
            reportHash: 0,
            uri: ""
        });
        VM.prank(auditor);
        gate.attest(statement);
    }

    function _subject() private view returns (bytes32) {
        return gate.subjectOf(1, IModelGate.Hashes(0, 0, 0, 0));
    }
}
