"""Solana's JSON-RPC, typed: the methods that this exchange uses."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from quantdesk.infra.solana.errors import AnswerMalformed, RpcError
from quantdesk.infra.solana.transport import Call, JsonRpc, Transport
from quantdesk.infra.solana.wire import (
    Block,
    Commitment,
    InContext,
    KeyedAccount,
    LatestBlockhash,
    PrioritizationFee,
    SignatureInfo,
    SignatureStatus,
    Simulation,
    TokenAmount,
    TransactionAnswer,
    WireAccount,
)

T = TypeVar("T")
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
TRANSACTION_OPTIONS = {"encoding": "json", "maxSupportedTransactionVersion": 0}


class SolanaRpc:
    """One node over HTTP. Reads are retried; ``send_transaction`` is not (its caller rebroadcasts)."""

    def __init__(
        self,
        url: str,
        *,
        commitment: Commitment = "confirmed",
        timeout_s: float = 10.0,
        retries: int = 3,
        transport: Transport | None = None,
    ) -> None:
        self.commitment: Commitment = commitment
        self.json_rpc = JsonRpc(url, timeout_s=timeout_s, retries=retries, transport=transport)

    async def close(self) -> None:
        """Close the connections."""
        await self.json_rpc.close()

    async def __aenter__(self) -> SolanaRpc:
        return self

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.close()

    # the node

    async def get_health(self) -> str:
        """``ok``, or ``RpcError`` with what is wrong."""
        return await self._ask(str, "getHealth")

    async def get_genesis_hash(self) -> Hash:
        """Which chain this is."""
        return Hash.from_string(await self._ask(str, "getGenesisHash"))

    async def get_slot(self, commitment: Commitment | None = None) -> int:
        """The newest slot."""
        return await self._ask(int, "getSlot", self._at(commitment))

    async def get_block_height(self, commitment: Commitment | None = None) -> int:
        """The newest block height, which ``last_valid_block_height`` is compared with."""
        return await self._ask(int, "getBlockHeight", self._at(commitment))

    async def get_latest_blockhash(self, commitment: Commitment | None = None) -> LatestBlockhash:
        """For a new transaction."""
        return (await self._ask(InContext[LatestBlockhash], "getLatestBlockhash", self._at(commitment))).value

    async def get_minimum_balance(self, size: int) -> int:
        """Lamports that make an account of ``size`` bytes rent-exempt."""
        return await self._ask(int, "getMinimumBalanceForRentExemption", size)

    async def get_prioritization_fees(self, accounts: Sequence[Pubkey]) -> list[PrioritizationFee]:
        """Recent fees of transactions that locked ``accounts`` for writing."""
        keys = [str(key) for key in accounts]
        return await self._ask(list[PrioritizationFee], "getRecentPrioritizationFees", keys)

    async def get_block_time(self, slot: int) -> int | None:
        """Unix seconds of a block."""
        return await self._ask_optional(int, "getBlockTime", slot)

    # accounts

    async def get_balance(self, key: Pubkey, commitment: Commitment | None = None) -> int:
        """Lamports."""
        return (await self._ask(InContext[int], "getBalance", str(key), self._at(commitment))).value

    async def get_account(
        self,
        key: Pubkey,
        commitment: Commitment | None = None,
        *,
        min_slot: int | None = None,
        data_slice: tuple[int, int] | None = None,
    ) -> InContext[WireAccount | None]:
        """An account (or ``data_slice`` = offset, length of it) with its slot; None when there is none."""
        options: dict[str, Any] = self._at(commitment) | {"encoding": "base64"}
        if data_slice is not None:
            options["dataSlice"] = {"offset": data_slice[0], "length": data_slice[1]}
        if min_slot is not None:
            options["minContextSlot"] = min_slot
        return await self._ask(InContext[WireAccount | None], "getAccountInfo", str(key), options)

    async def get_accounts(
        self,
        keys: Sequence[Pubkey],
        commitment: Commitment | None = None,
        *,
        data_slice: tuple[int, int] | None = None,
    ) -> InContext[list[WireAccount | None]]:
        """Up to 100 accounts (or ``data_slice`` = offset, length of each) of one moment."""
        options: dict[str, Any] = self._at(commitment) | {"encoding": "base64"}
        if data_slice is not None:
            options["dataSlice"] = {"offset": data_slice[0], "length": data_slice[1]}
        texts = [str(key) for key in keys]
        return await self._ask(InContext[list[WireAccount | None]], "getMultipleAccounts", texts, options)

    async def get_program_accounts(
        self,
        program: Pubkey,
        filters: Sequence[dict[str, Any]] = (),
        *,
        data_slice: tuple[int, int] | None = None,
        commitment: Commitment | None = None,
    ) -> list[KeyedAccount]:
        """Accounts of ``program``; ``filters`` are the API's, ``data_slice`` is offset and length."""
        options: dict[str, Any] = self._at(commitment) | {"encoding": "base64", "filters": list(filters)}
        if data_slice is not None:
            options["dataSlice"] = {"offset": data_slice[0], "length": data_slice[1]}
        return await self._ask(list[KeyedAccount], "getProgramAccounts", str(program), options)

    async def get_token_balance(self, account: Pubkey, commitment: Commitment | None = None) -> TokenAmount:
        """Amount in a token account."""
        method = "getTokenAccountBalance"
        return (await self._ask(InContext[TokenAmount], method, str(account), self._at(commitment))).value

    # transactions

    async def get_transaction(
        self, signature: Signature | str, commitment: Commitment | None = None
    ) -> TransactionAnswer | None:
        """A landed transaction with its inner instructions; None when unknown."""
        options = self._at(commitment) | TRANSACTION_OPTIONS
        return await self._ask_optional(TransactionAnswer, "getTransaction", str(signature), options)

    async def get_transactions(
        self, signatures: Sequence[str], commitment: Commitment | None = None
    ) -> list[TransactionAnswer | None]:
        """The same for many, in batches. Raises the first ``RpcError`` in it."""
        options = self._at(commitment) | TRANSACTION_OPTIONS
        answers = await self.json_rpc.batch([Call("getTransaction", (each, options)) for each in signatures])
        found: list[TransactionAnswer | None] = []
        for answer in answers:
            if isinstance(answer, RpcError):
                raise answer
            found.append(decode_optional("getTransaction", TransactionAnswer, answer))
        return found

    async def get_block(self, slot: int, commitment: Commitment | None = None) -> Block | None:
        """A block with full transactions; None where the slot was skipped or is not known (yet)."""
        options = self._at(commitment) | TRANSACTION_OPTIONS
        options |= {"transactionDetails": "full", "rewards": False}
        return await self._ask_optional(Block, "getBlock", slot, options)

    async def get_block_hashes(self, slots: Sequence[int]) -> dict[int, str]:
        """Blockhash of each slot that has a block known to the node."""
        options = self._at(None) | {"transactionDetails": "none", "rewards": False}
        options["maxSupportedTransactionVersion"] = 0
        answers = await self.json_rpc.batch([Call("getBlock", (slot, options)) for slot in slots])
        hashes: dict[int, str] = {}
        for slot, answer in zip(slots, answers, strict=True):
            block = None if isinstance(answer, RpcError) else decode_optional("getBlock", Block, answer)
            if block is not None:
                hashes[slot] = block.blockhash
        return hashes

    async def get_signatures(
        self, address: Pubkey, *, before: str | None = None, until: str | None = None, limit: int = 1_000
    ) -> list[SignatureInfo]:
        """Signatures that mention ``address``, newest first, between ``until`` and ``before``."""
        options: dict[str, Any] = self._at(None) | {"limit": limit}
        if before is not None:
            options["before"] = before
        if until is not None:
            options["until"] = until
        return await self._ask(list[SignatureInfo], "getSignaturesForAddress", str(address), options)

    async def get_signature_statuses(
        self, signatures: Sequence[Signature | str], *, search_history: bool = False
    ) -> list[SignatureStatus | None]:
        """Where up to 256 transactions stand; None where unknown."""
        texts = [str(each) for each in signatures]
        options = {"searchTransactionHistory": search_history}
        kind = InContext[list[SignatureStatus | None]]
        return (await self._ask(kind, "getSignatureStatuses", texts, options)).value

    async def simulate(
        self,
        transaction: bytes,
        *,
        accounts: Sequence[Pubkey] = (),
        replace_blockhash: bool = True,
        verify: bool = False,
        commitment: Commitment | None = None,
    ) -> InContext[Simulation]:
        """Run a (possibly unsigned) transaction without landing it, with its inner instructions.

        ``accounts``: whose data afterwards is wanted. A failing transaction is an answer, not an exception.
        """
        options: dict[str, Any] = self._at(commitment) | {
            "encoding": "base64",
            "innerInstructions": True,
            "replaceRecentBlockhash": replace_blockhash,
            "sigVerify": verify,
        }
        if accounts:
            options["accounts"] = {"encoding": "base64", "addresses": [str(key) for key in accounts]}
        wire = base64.b64encode(transaction).decode()
        return await self._ask(InContext[Simulation], "simulateTransaction", wire, options)

    async def send_transaction(self, transaction: bytes, *, skip_preflight: bool = False) -> str:
        """Hand a signed transaction over once; answers its signature. Raises ``PreflightFailed``."""
        options = {
            "encoding": "base64",
            "skipPreflight": skip_preflight,
            "preflightCommitment": self.commitment,
            "maxRetries": 0,
        }
        call = Call("sendTransaction", (base64.b64encode(transaction).decode(), options))
        return decode("sendTransaction", str, await self.json_rpc.call(call, retry=False))

    async def request_airdrop(self, key: Pubkey, lamports: int) -> str:
        """Test lamports (not on mainnet); answers the signature."""
        call = Call("requestAirdrop", (str(key), lamports))
        return decode("requestAirdrop", str, await self.json_rpc.call(call, retry=False))

    async def call(self, method: str, *params: Any) -> Any:
        """Any other method, its result as plain JSON values; not retried."""
        return msgspec.json.decode(await self.json_rpc.call(Call(method, params), retry=False))

    def _at(self, commitment: Commitment | None) -> dict[str, Any]:
        return {"commitment": commitment or self.commitment}

    async def _ask(self, kind: type[T], method: str, *params: Any) -> T:
        return decode(method, kind, await self.json_rpc.call(Call(method, params)))

    async def _ask_optional(self, kind: type[T], method: str, *params: Any) -> T | None:
        return decode_optional(method, kind, await self.json_rpc.call(Call(method, params)))


def decode(method: str, kind: type[T], raw: msgspec.Raw | bytes) -> T:
    """``raw`` JSON as ``kind``. Raises ``AnswerMalformed``."""
    try:
        return _decoder(kind).decode(raw)
    except msgspec.DecodeError as error:
        raise AnswerMalformed(f"{method}: {error}") from error


def decode_optional(method: str, kind: type[T], raw: msgspec.Raw | bytes) -> T | None:
    """``raw`` JSON as ``kind``, or None for ``null``. Raises ``AnswerMalformed``."""
    return None if bytes(raw) == b"null" else decode(method, kind, raw)


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    return decoder
