"""Requests that open, close, fund and empty trader accounts, as instructions of the program."""

from solders.instruction import Instruction

from quantdesk.domain.errors import DomainError
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.schemas import BuildRequest, ConvertCollateral, MoveFunds, TransferFunds
from quantdesk.gateway.transactions.setting import Setting, needs_trader, only_owner
from quantdesk.program import instructions as program
from quantdesk.program.addresses import token_account
from quantdesk.program.instructions import ALL_WITHDRAWABLE


def open_trader(setting: Setting, body: BuildRequest) -> list[Instruction]:
    """Create the trader account."""
    only_owner(setting, body)
    return [program.open_trader(setting.venue, setting.fee_payer, setting.trader.owner, body.sub)]


def close_trader(setting: Setting, body: BuildRequest) -> list[Instruction]:
    """Close it."""
    only_owner(setting, body)
    needs_trader(setting)
    return [program.close_trader(setting.venue, setting.trader)]


def deposit(setting: Setting, body: MoveFunds) -> list[Instruction]:
    """Deposit; the first one opens and activates too."""
    only_owner(setting, body)
    asset = setting.view.asset(body.asset)
    mint = setting.mint(asset.index)
    owner = setting.trader.owner
    made = []
    if not setting.holdings.exists:
        made.append(program.open_trader(setting.venue, setting.fee_payer, owner, body.sub))
    made.append(
        program.deposit(
            setting.venue,
            setting.trader,
            collateral=asset.index,
            mint=mint,
            source=token_account(owner, mint),
            amount=_atoms(setting, body),
        )
    )
    if not setting.holdings.active:
        made.append(program.activate(setting.venue, setting.trader))
    return made


def withdraw(setting: Setting, body: MoveFunds) -> list[Instruction]:
    """Withdraw to the wallet's token account, made when absent."""
    only_owner(setting, body)
    needs_trader(setting)
    asset = setting.view.asset(body.asset)
    mint = setting.mint(asset.index)
    owner = setting.trader.owner
    return [
        program.create_token_account(setting.fee_payer, owner, mint),
        program.withdraw(
            setting.venue,
            setting.trader,
            collateral=asset.index,
            mint=mint,
            destination=token_account(owner, mint),
            amount=_atoms(setting, body),
        ),
    ]


def convert_collateral(setting: Setting, body: ConvertCollateral) -> list[Instruction]:
    """Take a debtor's collateral for USDC."""
    only_owner(setting, body)
    needs_trader(setting)
    asset, debtor = setting.view.asset(body.asset), setting.debtor
    assert debtor is not None, "the service looks the debtor up first"
    if asset.index == 0:
        raise Refused(
            f"{asset.symbol} is what debts are paid in.",
            code="asset_is_quote",
            field="asset",
            value=body.asset,
            expected="another collateral",
        )
    try:
        amount = ALL_WITHDRAWABLE if body.amount is None else asset.atoms(body.amount)
    except DomainError as error:
        raise refused_value(error, "amount") from None
    built = program.convert_collateral
    return [built(setting.venue, setting.trader, debtor, collateral=asset.index, amount=amount)]


def _atoms(setting: Setting, body: MoveFunds | TransferFunds) -> int:
    try:
        return setting.view.asset(body.asset).atoms(body.amount)
    except DomainError as error:
        raise refused_value(error, "amount") from None


def transfer(setting: Setting, body: TransferFunds) -> list[Instruction]:
    """Move between own sub-accounts: the wallet, or a delegate that may."""
    needs_trader(setting)
    if body.to_sub == body.sub:
        raise Refused(
            "Both sub-accounts are the same.",
            code="same_sub_account",
            field="to_sub",
            value=body.to_sub,
            expected=f"another sub-account than {body.sub}",
        )
    asset = setting.view.asset(body.asset)
    amount = _atoms(setting, body)
    return [
        program.transfer(setting.venue, setting.trader, body.to_sub, collateral=asset.index, amount=amount)
    ]
