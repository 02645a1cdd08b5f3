"""What would be right instead of a deposit, withdrawal or transfer that the program refuses."""

from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.clock import unix_ms
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.transactions.market_remedies import moment
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import MoveFunds, TransferFunds
from quantdesk.gateway.transactions.setting import Setting


def remedy(
    code: str,
    setting: Setting,
    body: MoveFunds | TransferFunds,
    account: AccountValue,
    wallet_atoms: int | None,
) -> Remedy | None:
    """What would be right; ``wallet_atoms`` is what the wallet's token account holds, where known."""
    asset, exchange = setting.view.asset(body.asset), setting.view.exchange
    chain, expected = exchange.collaterals[asset.index], None
    if code == "InsufficientFunds" and wallet_atoms is not None:
        expected = f"at most the {asset.text(wallet_atoms)} {asset.symbol} that the wallet holds"
    elif code == "ExceedsWithdrawable" and asset.index == 0 and account.priced:
        expected = f"at most {usdc(account.withdrawable)} {asset.symbol}"
    elif code == "DepositCapReached":
        room = asset.text(max(0, chain.deposit_cap - chain.total_deposits))
        expected = f"at most {room} {asset.symbol}: all deposits together have a cap"
    elif code == "OutflowLimited":
        passed = max(0, unix_ms() // 1_000 - chain.bucket_at)
        level = asset.text(min(chain.bucket_capacity, chain.bucket_level + passed * chain.bucket_refill))
        expected = f"at most {level} {asset.symbol} now; {asset.text(chain.bucket_refill)} a second come back"
    elif code == "WithdrawalsResting":
        expected = f"the same after {moment(exchange.withdraw_rest_until)}"
    elif code == "Paused":
        expected = f"the same after {moment(exchange.withdrawals_paused_until)}, when the pause ends"
    return None if expected is None else Remedy("amount", body.amount, expected)
