"""Pays test money on localnet: mints USDC, adds SOL for fees where the wallet has none."""

import asyncio

import structlog
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction

from quantdesk.domain.errors import DomainError
from quantdesk.domain.market import Asset
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.config import FaucetConfig
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.exchange.state import ExchangeState, node_away
from quantdesk.gateway.faucet.schemas import FaucetReply, FaucetRequest
from quantdesk.gateway.problems import Forbidden, Refused
from quantdesk.infra.solana import (
    Landed,
    PreflightFailed,
    SolanaError,
    SolanaRpc,
    TransactionExpired,
    TransactionFailed,
    send_and_confirm,
)
from quantdesk.program.addresses import token_account
from quantdesk.program.instructions import create_token_account
from quantdesk.program.token import mint_to

SOL = Asset(-1, "SOL", 9)
MAX_SOL_LAMPORTS = 10_000_000_000
AUTHORITY_RESERVE = 5_000_000_000
POLL_S = 0.02
_log = structlog.get_logger(__name__)


class FaucetService:
    """One mint authority; payments one after another, so that its blockhashes never repeat a transaction."""

    def __init__(self, config: FaucetConfig | None, rpc: SolanaRpc, state: ExchangeState) -> None:
        self._config = config
        self._rpc = rpc
        self._state = state
        self._lock = asyncio.Lock()

    async def pay(self, body: FaucetRequest) -> FaucetReply:
        """Pay one request. Raises Forbidden off localnet, Refused over the limit, DependencyAway."""
        config = self._config
        if config is None:
            raise Forbidden(
                "This deployment has no faucet: it exists on localnet only.",
                code="no_faucet",
                expected="a localnet exchange",
            )
        wallet = parse_key(body.wallet)
        view = await self._state.current()
        asset = SOL if body.asset.upper() == "SOL" else view.asset(body.asset)
        amount = _amount(asset, body.amount, config)
        try:
            async with self._lock:
                return await self._pay(config, wallet, asset, amount)
        except (PreflightFailed, TransactionFailed, TransactionExpired) as error:
            _log.warning("faucet payment failed", error=str(error))
            raise Refused(f"The payment did not go through: {error}.", code="faucet_failed") from error
        except SolanaError as error:
            raise node_away(error) from error

    async def _pay(self, config: FaucetConfig, wallet: Pubkey, asset: Asset, amount: int) -> FaucetReply:
        authority = Keypair.from_bytes(config.mint_authority)
        await self._fund(authority.pubkey())
        if asset is SOL:
            made = [_send_sol(authority, wallet, amount)]
            added = amount
        else:
            added = await self._missing_sol(config, wallet)
            view = await self._state.current()
            mint = view.exchange.collaterals[asset.index].mint
            made = [
                create_token_account(authority.pubkey(), wallet, mint),
                mint_to(mint, token_account(wallet, mint), authority.pubkey(), amount),
            ]
            if added:
                made.append(_send_sol(authority, wallet, added))
        landed = await self._send(authority, made)
        return FaucetReply(
            signature=landed.signature,
            slot=landed.slot,
            asset=asset.symbol,
            amount=asset.text(amount),
            balance=await self._balance(wallet, asset),
            sol_added=SOL.text(added),
        )

    async def _fund(self, authority: Pubkey) -> None:
        """Keep the authority able to pay fees, from localnet's own faucet."""
        while await self._rpc.get_balance(authority) < AUTHORITY_RESERVE + MAX_SOL_LAMPORTS:
            await self._rpc.request_airdrop(authority, 4 * MAX_SOL_LAMPORTS)
            await asyncio.sleep(POLL_S)

    async def _missing_sol(self, config: FaucetConfig, wallet: Pubkey) -> int:
        has = await self._rpc.get_balance(wallet)
        return config.sol_amount_lamports if has < config.sol_topped_up_below_lamports else 0

    async def _send(self, authority: Keypair, instructions: list[Instruction]) -> Landed:
        latest = await self._rpc.get_latest_blockhash()
        transaction = Transaction.new_signed_with_payer(
            instructions, authority.pubkey(), [authority], Hash.from_string(latest.blockhash)
        )
        return await send_and_confirm(
            self._rpc, bytes(transaction), latest.last_valid_block_height, poll_s=POLL_S
        )

    async def _balance(self, wallet: Pubkey, asset: Asset) -> str:
        if asset is SOL:
            return SOL.text(await self._rpc.get_balance(wallet))
        mint = (await self._state.current()).exchange.collaterals[asset.index].mint
        held = await self._rpc.get_token_balance(token_account(wallet, mint))
        return asset.text(int(held.amount))


def _amount(asset: Asset, text: str, config: FaucetConfig) -> int:
    try:
        atoms = asset.atoms(text)
        most = MAX_SOL_LAMPORTS if asset is SOL else asset.atoms(config.max_amount)
    except DomainError as error:
        raise refused_value(error, "amount") from None
    if atoms > most:
        raise Refused(
            f"The faucet gives at most {asset.text(most)} {asset.symbol} at once.",
            code="faucet_limit",
            field="amount",
            value=text,
            expected=f"at most {asset.text(most)}",
        )
    return atoms


def _send_sol(authority: Keypair, wallet: Pubkey, lamports: int) -> Instruction:
    return transfer(TransferParams(from_pubkey=authority.pubkey(), to_pubkey=wallet, lamports=lamports))
