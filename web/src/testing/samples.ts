/** Whole wire objects for tests; each test changes only what it is about. */
import type { Candle, Market, Order, Position, SubAccount, Ticker } from "@/lib/api/models";

export const WALLET = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin";

export function market(change: Partial<Market> = {}): Market {
  return {
    symbol: "SOL-PERP",
    index: 2,
    base: "SOL",
    quote: "USDC",
    status: "active",
    book: WALLET,
    lots_per_base: 100,
    tick_atoms: 100,
    price_step: "0.01",
    size_step: "0.01",
    price_decimals: 2,
    size_decimals: 2,
    min_price: "0.01",
    max_price: "1000000",
    min_size: "0.01",
    min_order_notional: "10",
    max_position_notional: "1000000",
    open_interest_cap: null,
    max_leverage: "20",
    margin_tiers: [],
    maintenance_fraction: "0.5",
    trade_band: "0.05",
    mark_band: "0.01",
    profit_vesting_s: 600,
    funding_cap_1h: "0.005",
    interest_rate_8h: "0.0001",
    impact_notional: "5000",
    liquidation_fee: "0.005",
    price_source: "signed",
    max_price_age_open_ms: 10_000,
    max_price_age_liquidate_ms: 60_000,
    created_ms: null,
    resume_at_ms: null,
    ...change,
  };
}

export function ticker(change: Partial<Ticker> = {}): Ticker {
  return {
    symbol: "SOL-PERP",
    status: "active",
    restrictions: [],
    feed: "replay",
    bid: "142.29",
    bid_size: "4.5",
    ask: "142.32",
    ask_size: "6.61",
    last: "142.32",
    last_ms: 1,
    mark: "142.30",
    index: "142.31",
    confidence: "0.05",
    index_published_ms: 1_000_000,
    funding_rate_1h: "0.0000125",
    next_rate: "0.000011",
    next_funding_ms: 3_600_000,
    open_interest: "182.4",
    open_interest_notional: "25956.43",
    open_24h: "139.02",
    high_24h: "143.9",
    low_24h: "138.4",
    volume_24h: "9120.11",
    volume_quote_24h: "1290111.4",
    change_24h: "0.023737",
    trades_24h: 20412,
    updated_ms: 1,
    ...change,
  };
}

export function order(change: Partial<Order> = {}): Order {
  return {
    order_id: "1",
    client_id: null,
    market: "SOL-PERP",
    wallet: WALLET,
    sub: 0,
    side: "buy",
    type: "limit",
    time_in_force: "gtc",
    post_only: "none",
    reduce_only: false,
    price: "140",
    size: "2",
    filled: "0",
    remaining: "2",
    average_price: null,
    fees: "0",
    status: "open",
    reason: null,
    created_ms: 1,
    updated_ms: 1,
    expires_at_ms: null,
    slot: 1,
    signature: "s",
    ...change,
  };
}

export function position(change: Partial<Position> = {}): Position {
  return {
    market: "SOL-PERP",
    sub: 0,
    side: "long",
    size: "2",
    entry_price: "140",
    breakeven_price: "140.1",
    mark_price: "142.30",
    index_price: "142.31",
    liquidation_price: "113.84",
    notional: "284.6",
    unrealized_pnl: "4.6",
    unsettled_funding: "0",
    initial_margin: "14.23",
    maintenance_margin: "7.115",
    leverage: "0.5",
    roe: "0.32",
    bid_size: "0",
    ask_size: "0",
    ...change,
  };
}

export function subAccount(change: Partial<SubAccount> = {}): SubAccount {
  return {
    sub: 0,
    address: WALLET,
    status: "active",
    slot_index: 1,
    generation: 1,
    balances: [{ asset: "USDC", amount: "1000", parked: "0", value: "1000" }],
    locked: "0",
    withdrawable: "1000",
    equity: "1000",
    free_collateral: "1000",
    initial_margin: "0",
    maintenance_margin: "0",
    standing: "good",
    margin_ratio: "0",
    leverage: "0",
    unrealized_pnl: "0",
    unsettled_funding: "0",
    open_orders: 0,
    positions: [],
    as_of_ms: 1,
    last_active_ms: 1,
    ...change,
  };
}

export const candle = (t_ms: number, close: string): Candle => ({ t_ms, o: close, h: close, l: close, c: close, v: "1", closed: true });
