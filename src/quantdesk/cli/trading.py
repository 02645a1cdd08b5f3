"""Commands about one's own account: money, orders, positions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from quantdesk.cli.output import JsonFlag, print_json, print_table
from quantdesk.cli.session import GatewayOption, OwnerOption, SubOption, WalletOption, run_with_client
from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import Ticks, decimal_text
from quantdesk.program.errors import error_name
from quantdesk.sdk.client import Client
from quantdesk.sdk.models import Account, Market, Sent

PANEL = "Trading"


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (account, faucet, deposit, withdraw):
        app.command(rich_help_panel=PANEL)(command)
    orders = typer.Typer(help="Place, cancel and list orders.", no_args_is_help=True)
    orders.command("place")(place)
    orders.command("modify")(modify)
    orders.command("cancel")(cancel)
    orders.command("dead-man")(dead_man)
    orders.command("list")(list_orders)
    app.add_typer(orders, name="order", rich_help_panel=PANEL)


def account(
    address: Annotated[
        str | None, typer.Argument(help="Any wallet; default: the command line's own.")
    ] = None,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Balances, margin and positions of a wallet."""
    found = run_with_client(lambda client: client.account(address), gateway, wallet)
    if as_json:
        print_json(found)
    else:
        _show_account(found)


def faucet(
    amount: Annotated[str, typer.Argument(help="USDC.")] = "10000",
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
) -> None:
    """Take test USDC into the wallet (localnet only)."""
    answer = run_with_client(lambda client: client.faucet(amount), gateway, wallet)
    print(f"received {answer['amount']} {answer['asset']}; the wallet holds {answer['balance']}")


def deposit(
    amount: str,
    asset: str = "USDC",
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Deposit; the first deposit also opens the account."""
    report(run_with_client(lambda client: client.deposit(amount, asset), gateway, wallet, sub=sub), as_json)


def withdraw(
    amount: str,
    asset: str = "USDC",
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Withdraw to the wallet's own token account."""
    report(run_with_client(lambda client: client.withdraw(amount, asset), gateway, wallet, sub=sub), as_json)


def place(
    side: Side,
    size: Annotated[str, typer.Argument(help="Base units, such as 2 or 0.05.")],
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    price: Annotated[str | None, typer.Option(help="Limit price; without one: at market.")] = None,
    post_only: Annotated[bool, typer.Option("--post-only", help="Refuse to take.")] = False,
    reduce_only: Annotated[bool, typer.Option("--reduce-only", help="Only reduce the position.")] = False,
    tif: Annotated[str | None, typer.Option(help="gtc, ioc or fok.")] = None,
    client_id: Annotated[int | None, typer.Option(help="Own number, unique among open orders.")] = None,
    take_profit: Annotated[str | None, typer.Option(help="Mark price at which what fills is closed.")] = None,
    stop_loss: Annotated[
        str | None, typer.Option(help="The same on the losing side; one ends the other.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Place an order, at market or with a limit."""
    fields: dict[str, Any] = {
        "price": price,
        "reduce_only": reduce_only,
        "time_in_force": tif,
        "client_id": client_id,
        "take_profit": take_profit,
        "stop_loss": stop_loss,
    }
    if post_only:
        fields["post_only"] = "reject"

    async def work(client: Client) -> tuple[Any, Market]:
        symbol = market.upper()
        act = client.preview if dry_run else client.place
        return await act(symbol, side.value, size, **fields), await client.market(symbol)

    result, traded = run_with_client(work, gateway, wallet, owner, sub)
    if isinstance(result, Sent):
        report(result, as_json, traded)
    elif as_json:
        print_json(result)
    else:
        print(result.summary)


def modify(
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    order_id: Annotated[str, typer.Argument(help="Order id, as `order list` shows it.")],
    price: Annotated[str, typer.Option(help="Price that it has from now on.")],
    size: Annotated[str, typer.Option(help="Base units that it has from now on.")],
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Change an order. Only a smaller size at the same price keeps its place in the queue."""

    async def work(client: Client) -> tuple[Sent, Market]:
        symbol = market.upper()
        return await client.modify(symbol, order_id, price, size), await client.market(symbol)

    sent, traded = run_with_client(work, gateway, wallet, owner, sub)
    report(sent, as_json, traded)


def dead_man(
    slots: Annotated[int, typer.Argument(min=0, help="Slots from now; 0 ends the switch.")],
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Let every order expire unless this is called again in time."""
    sent = run_with_client(lambda client: client.set_dead_man(slots), gateway, wallet, sub=sub)
    report(sent, as_json)


def cancel(
    market: Annotated[
        str | None, typer.Argument(help="Market of the order; none with --all: every market.")
    ] = None,
    order_id: Annotated[str | None, typer.Option("--id", help="Order id.")] = None,
    client_id: Annotated[int | None, typer.Option(help="Client id.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every order of the market, or of all markets.")
    ] = False,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Cancel one order, or all."""
    one = order_id is not None or client_id is not None
    if one == everything or (one and market is None):
        raise typer.BadParameter("name MARKET with --id or --client-id, or use --all")

    async def work(client: Client) -> Sent:
        symbol = market.upper() if market else None
        if everything or symbol is None:
            return await client.cancel_all(symbol)
        return await client.cancel(symbol, order_id, client_id)

    report(run_with_client(work, gateway, wallet, owner, sub), as_json)


def list_orders(
    status: Status = Status.OPEN,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List orders, newest first."""
    found = run_with_client(lambda client: client.orders(status.value), gateway, wallet, owner)
    if as_json:
        print_json(found)
        return
    rows = [(o.order_id, o.market, o.side, o.size, o.price, o.filled, o.status, o.reason) for o in found]
    columns = ("id", "market", "side", "size", "price", "filled", "status", "reason")
    print_table(columns, rows, f"no {status.value} order" if status is not Status.ALL else "no order yet")


def report(sent: Sent, as_json: bool, market: Market | None = None) -> None:
    """What became of a transaction."""
    if as_json:
        print_json(sent)
        return
    print(f"{sent.state} in slot {sent.slot}: {sent.signature}")
    if market is not None:
        for event in sent.events:
            _report_orders(event["data"], market)


def _report_orders(data: dict[str, Any], market: Market) -> None:
    """What an event says became of the order, from the program's lots and ticks."""

    def size(lots: Any) -> str:
        return f"{decimal_text(int(lots) * market.size_step)} {market.base}"

    def price(ticks: Any) -> str:
        return decimal_text(int(ticks) * market.price_step)

    for fill in data.get("fills", []):
        print(f"  filled {size(fill['lots'])} at {price(fill['ticks'])}")
    for order in data.get("orders", []):
        left = int(order["lots"]) - int(order["filled"]) - int(order["resting"])
        if int(order["resting"]):
            order_id = OrderId(Ticks(int(order["ticks"])), int(order["seq"]))
            print(f"  rests with {size(order['resting'])} at {price(order['ticks'])}, id {order_id}")
        if left:
            reason = error_name(int(order["code"])) if order["code"] else "nobody else within the price"
            print(f"  dropped {size(left)}: {reason}")


def _show_account(found: Account) -> None:
    if not found.sub_accounts:
        print(f"{found.wallet} has no account yet: `quantdesk deposit AMOUNT` opens one")
        return
    for sub in found.sub_accounts:
        standing = f", {sub.standing}" if sub.standing not in (None, "good") else ""
        print(f"{found.wallet} / {sub.sub}  ({sub.status}{standing})")
        numbers = {
            "equity": sub.equity,
            "free": sub.free_collateral,
            "withdrawable": sub.withdrawable,
            "locked": sub.locked,
        }
        print("  " + "   ".join(f"{name} {_known(value)}" for name, value in numbers.items()))
        for balance in sub.balances:
            print(
                f"  {balance.amount} {balance.asset}"
                + (f" (+{balance.parked} parked)" if balance.parked else "")
            )
        rows = [
            (p.market, p.side, p.size, p.entry_price, p.mark_price, p.unrealized_pnl, p.liquidation_price)
            for p in sub.positions
        ]
        columns = ("market", "side", "size", "entry", "mark", "PnL", "liquidation")
        print_table(columns, rows, "  no open position")


def _known(value: object) -> str:
    return "unknown" if value is None else str(value)
