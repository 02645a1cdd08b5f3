"""Setting up: what a new exchange needs, and what is refused once it is open unless a change allowed it."""

from __future__ import annotations

from typing import Any

from integration.program import idl
from model import layout
from model.actions.authority import address, holder
from model.plan import Plan, action
from model.settings import USDC, Setting, coin, coin_params, fees, full_market, market, usdc_params
from model.state import EXCHANGE_VERSION
from model.world import Step, World


def init_args(world: World, **changes: Any) -> dict[str, Any]:
    """Arguments of init_exchange as the setting says."""
    setting: Setting = world.setting
    terms = {
        "id": 0,
        "guardian": world.public("admin"),
        "timelock_s": 30,
        "min_slot_equity": setting.min_slot_equity,
        "client_data_limit": 16 << 20,
        "slot_capacity": setting.slots,
        "fee_tiers": setting.fee_tiers,
    }
    return terms | changes


@action(1)
def init_exchange(plan: Plan) -> Step:
    bad = plan.choice(
        [
            {"guardian": bytes(32)},
            {"timelock_s": 28 * 86_400 + 1},
            {"min_slot_equity": plan.choice([0, 10**9 + 1])},
            {"slot_capacity": plan.choice([0, 8_001])},
            {"client_data_limit": 10_000},
            {"fee_tiers": plan.choice([fees(-600, 500), fees(0, 10_001), fees(10_001, 0)])},
        ]
    )
    return Step("init_exchange", init_args(plan.world, **bad), signer=plan.choice(["admin", 0]))


@action(4)
def grow_account(plan: Plan) -> Step:
    state = plan.world.state
    growing = [index for index, row in state.all("book") if row.header.status == 0]
    kind = plan.choice(["Exchange", "Ledger", "Ledger", "Book", *(["Book"] * 8 if growing else [])])
    ledger = state.rows.get(("ledger", 0))
    more = plan.choice([0, 0, ledger.target_capacity + 1, 8_001]) if ledger else 0
    args = {"kind": kind, "target": more if kind == "Ledger" else 0}
    book = plan.choice(growing) if growing else plan.market()
    return Step("grow_account", args, signer=holder(plan, "admin"), book=book if kind == "Book" else None)


@action(3)
def migrate(plan: Plan) -> Step:
    exchange = plan.world.state.rows["exchange", 0]
    current = exchange.header.layout_version == EXCHANGE_VERSION
    cursor = exchange.migrated if plan.chance(0.8) else plan.draw.randrange(8)
    older = bool(current and exchange.opened and plan.chance(0.6))
    args = {"cursor": cursor, "rows": plan.choice([0, 1, 1, 2, 2**32 - 1])}
    return Step("migrate", args, signer=plan.choice(plan.owners), older=older)


@action(3)
def add_collateral(plan: Plan) -> Step:
    left = plan.world.state.rows.get(("leave", ("collateral", len(plan.world.state.all("collateral")))))
    if left is not None and plan.chance(0.8):
        said = layout.plain(layout.record(idl.decode_struct("NewCollateral", left.data)))
        return added(plan, plan.mint(said["mint"]), said["params"])
    count = len(plan.world.state.all("collateral"))
    mint = plan.choice([1, 2, 3, 4, 6] if count == 0 else range(7))
    params = usdc_params() if plan.chance(0.3) else coin_params(mint, **coin(plan.draw))
    if plan.chance(0.5):
        params |= plan.choice(
            [
                {"deposit_cap": 0},
                {"max_age_s": plan.choice([0, 3_601])},
                {"initial_weight": 960_000, "maintenance_weight": 950_000},
                {"maintenance_weight": 10**6},
                {"jump_band": plan.choice([999, 500_001])},
                {"convert_discount_min": 50_001},
                {"convert_discount_max": 50_001},
                {"feed_id": bytes(32)},
            ]
        )
    return added(plan, mint, params)


def added(plan: Plan, mint: int, params: dict[str, Any]) -> Step:
    """One that the admin adds."""
    return Step("add_collateral", {"params": params}, signer=holder(plan, "admin"), mint=mint)


SPOILT: list[dict[str, Any]] = [
    {"symbol": bytes(16)},
    {"symbol": b"A\0B".ljust(16, b"\0")},
    {"symbol": b"M0-PERP".ljust(16, b"\0")},
    {"price_authority": bytes(32), "source": 0},
    {"source": 3},
    {"source": 1, "feed_id": bytes(32)},
    {"book_capacity": 0},
    {"book_capacity": 2_049},
    {"lots_per_base": 0},
    {"tick_size": 0},
    {"tick_size": 1},
    {"reference_price": 99_999},
    {"tiers": [{"up_to": 0, "rate": 0}] * 4},
    {"tiers": [{"up_to": 5, "rate": 50_000}, {"up_to": 5, "rate": 50_000}] + [{"up_to": 0, "rate": 0}] * 2},
    {"tiers": [{"up_to": 5, "rate": 9_999}] + [{"up_to": 0, "rate": 0}] * 3},
    {"tiers": [{"up_to": 2**53 + 1, "rate": 50_000}] + [{"up_to": 0, "rate": 0}] * 3},
    {"tiers": [{"up_to": 5, "rate": 50_000}, {"up_to": 0, "rate": 1}] + [{"up_to": 0, "rate": 0}] * 2},
    {"maintenance_fraction": 900_001},
    {"profit_weight": 10**6 + 1},
    {"oi_cap": 0},
    {"surcharge_start": 10**6 + 1},
    {"surcharge_rate": 10**6 + 1},
    {"max_position": 2**53},
    {"mark_band": 0},
    {"mark_band": 400_000, "trade_band": 400_000},
    {"trade_band": 500_001},
    {"trade_band": 0},
    {"vesting_s": 59},
    {"funding_cap": 40_001},
    {"interest": -1_001},
    {"liquidation_fee": 10**6},
    {"impact_notional": USDC - 1},
    {"min_order_notional": USDC - 1},
    {"open_max_age_ms": 60_001},
    {"liquidate_max_age_ms": 600_001},
    {"open_confidence": 0},
    {"liquidate_confidence": 100_001},
    {"jump_band": 500_001},
    {"minute_band": 999},
]
"""Each breaks a bound."""


def some_params(plan: Plan, spoilt: float) -> dict[str, Any]:
    """Parameters of a new market."""
    symbol = f"N{plan.draw.randrange(10**6)}-PERP".encode().ljust(16, b"\0")
    authority = address(plan, plan.choice(["authority", "authority", 0]))
    params = full_market(authority, market(plan.draw) | {"symbol": symbol})
    return params | (plan.choice(SPOILT) if plan.chance(spoilt) else {})


@action(3)
def create_market(plan: Plan) -> Step:
    count = plan.count()
    left = plan.world.state.rows.get(("leave", ("market", count)))
    if left is not None and plan.chance(0.8):
        params = layout.plain(layout.record(idl.decode_struct("MarketParams", left.data)))
    else:
        params = some_params(plan, 0.9)
    index = count + plan.choice([0] * 20 + [1, -1] if count else [0] * 20 + [1])
    return Step("create_market", {"market": index, "params": params}, signer=holder(plan, "admin"))


@action(1)
def open_exchange(plan: Plan) -> Step | None:
    state = plan.world.state
    exchange = state.rows["exchange", 0]
    early = exchange.collateral_count == 0 or any(row.status == 0 for _, row in state.all("market"))
    unready = exchange.header.status == 0 or state.rows["ledger", 0].header.status == 0
    if exchange.opened or early or unready:
        return Step("open_exchange", {}, signer=holder(plan, "admin"))
    return None
