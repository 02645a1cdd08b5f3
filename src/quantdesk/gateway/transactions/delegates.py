"""Requests about keys that may trade for the wallet within limits that the program holds."""

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from quantdesk.domain.errors import DomainError
from quantdesk.gateway.clock import unix_ms
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.schemas import RevokeDelegate, SetDelegate
from quantdesk.gateway.transactions.setting import Setting, needs_trader, only_owner
from quantdesk.program import instructions as program
from quantdesk.program.records import DelegateFlag, DelegateTerms

USDC = 0
_EVERY_MARKET = 2**64 - 1


def set_delegate(setting: Setting, body: SetDelegate) -> list[Instruction]:
    """Let a key trade within limits, or change them."""
    only_owner(setting, body)
    needs_trader(setting)
    if body.expires_at_ms <= unix_ms():
        raise Refused(
            "expires_at_ms has passed: such a delegate could do nothing.",
            code="expiry_invalid",
            field="expires_at_ms",
            value=body.expires_at_ms,
            expected="a time in the future, or revoke-delegate",
        )
    flags = DelegateFlag.REDUCE_ONLY * body.reduce_only + DelegateFlag.TRANSFER * body.can_transfer
    terms = DelegateTerms(
        delegate=_another_key(setting, body.delegate),
        expires=body.expires_at_ms // 1_000,
        market_bitmap=_bitmap(setting, body.markets),
        max_order=_notional(setting, "max_order_notional", body.max_order_notional),
        max_position=_notional(setting, "max_position_notional", body.max_position_notional),
        daily_limit=_notional(setting, "daily_notional", body.daily_notional),
        flags=flags,
    )
    return [program.set_delegate(setting.venue, setting.trader, terms)]


def revoke_delegate(setting: Setting, body: RevokeDelegate) -> list[Instruction]:
    """Take a key's rights away."""
    only_owner(setting, body)
    needs_trader(setting)
    return [program.revoke_delegate(setting.venue, setting.trader, _another_key(setting, body.delegate))]


def _another_key(setting: Setting, text: str) -> Pubkey:
    key = Pubkey.from_string(text)
    if key == setting.trader.owner:
        raise Refused(
            "The wallet itself needs no rights.",
            code="delegate_is_owner",
            field="delegate",
            value=text,
            expected="another key than the wallet's",
        )
    return key


def _bitmap(setting: Setting, symbols: list[str] | None) -> int:
    if symbols is None:
        return _EVERY_MARKET
    return sum({1 << setting.market(symbol).market.index for symbol in symbols})


def _notional(setting: Setting, field: str, text: str) -> int:
    try:
        return setting.view.assets[USDC].atoms(text)
    except DomainError as error:
        raise refused_value(error, field) from None
