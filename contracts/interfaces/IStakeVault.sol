// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a court, a gate or a market needs of the staking vault.
/// @notice Amounts are shares in the vault's units.
interface IStakeVault {
    /// @notice Active shares of an account, locked ones included.
    function balanceOf(address account) external view returns (uint256 shares);

    /// @notice All shares, those on their way out included.
    function totalSupply() external view returns (uint256 shares);

    /// @notice Shares of an account that cannot be requested for exit.
    function lockedOf(address account) external view returns (uint256 shares);

    /// @notice Keeps `shares` more of the account's active shares from leaving. They go on voting.
    function lock(address account, uint256 shares) external;

    /// @notice Lets `shares` of what the caller locked leave again.
    function unlock(address account, uint256 shares) external;

    /// @notice Burns shares of an account, locked or not, and sends the tokens they stand for.
    /// @return assets The tokens sent, in wei.
    function slash(address account, uint256 shares, address recipient) external returns (uint256 assets);

    /// @notice Tokens that `shares` stand for, in wei.
    function convertToAssets(uint256 shares) external view returns (uint256 assets);

    /// @notice Takes `assets` wei from the caller, who must have approved them, for all who hold shares.
    function reward(uint256 assets) external;
}
