/** The socket's messages, checked as they come in (`docs/reference/websocket.md`). */
import * as v from "valibot";
import type { Candle, Fill, LiquidationStep, Order, SubAccount, Ticker, Trade, Transfer, Trigger } from "../api/models";

const level = v.tuple([v.string(), v.string()]);
const feed = v.nullable(v.picklist(["live", "replay", "simulated"]));
const requestId = v.optional(v.nullable(v.union([v.number(), v.string()])));

const channelMessage = v.object({
  op: v.picklist(["subscribed", "update"]),
  id: requestId,
  channel: v.string(),
  market: v.optional(v.nullable(v.string())),
  resolution: v.optional(v.nullable(v.string())),
  source: v.optional(v.nullable(v.string())),
  wallet: v.optional(v.nullable(v.string())),
  epoch: v.string(),
  prev_seq: v.number(),
  seq: v.number(),
  snapshot: v.boolean(),
  slot: v.nullable(v.number()),
  feed: v.optional(feed),
  ts_ms: v.number(),
  data: v.unknown(),
});

export type ChannelMessage = v.InferOutput<typeof channelMessage>;

const pong = v.object({ op: v.literal("pong"), id: requestId, server_ms: v.number() });

const problem = v.object({ op: v.literal("error"), id: requestId, code: v.string(), detail: v.string() });

const other = v.object({ op: v.picklist(["unsubscribed", "authenticated"]), id: requestId });

export const socketMessage = v.variant("op", [channelMessage, pong, problem, other]);
export type SocketMessage = v.InferOutput<typeof socketMessage>;

/** An object whose named fields are checked; the rest is typed by the generated API types. */
const typed = <Value>(fields: v.ObjectEntries) => v.pipe(v.looseObject(fields), v.transform((value) => value as unknown as Value));

export const bookData = v.object({ bids: v.array(level), asks: v.array(level) });

export const tradesData = v.object({
  trades: v.array(typed<Trade>({ id: v.string(), price: v.string(), size: v.string(), side: v.picklist(["buy", "sell"]), ts_ms: v.number() })),
});

export const tickerData = typed<Ticker>({ symbol: v.string(), next_funding_ms: v.number(), open_interest: v.string() });

export const candlesData = v.object({
  candles: v.array(typed<Candle>({ t_ms: v.number(), o: v.string(), h: v.string(), l: v.string(), c: v.string(), v: v.string() })),
});

export const accountData = v.object({
  sub_accounts: v.nullable(v.array(typed<SubAccount>({ sub: v.number(), balances: v.array(v.unknown()), positions: v.array(v.unknown()) }))),
  orders: v.nullable(v.array(typed<Order>({ market: v.string(), status: v.string(), size: v.string() }))),
  fills: v.nullable(v.array(typed<Fill>({ id: v.string(), price: v.string(), size: v.string() }))),
  transfers: v.nullable(v.array(typed<Transfer>({ id: v.string(), amount: v.string() }))),
  triggers: v.nullable(v.array(typed<Trigger>({ id: v.string(), market: v.string(), status: v.string(), trigger_price: v.string() }))),
  liquidations: v.nullable(v.array(typed<LiquidationStep>({ id: v.string(), market: v.string(), kind: v.string() }))),
});

export const statusData = v.object({
  server_ms: v.number(),
  slot: v.number(),
  event_seq: v.string(),
  chain_age_ms: v.number(),
  indexer_lag_ms: v.nullable(v.number()),
  rpc_ms: v.nullable(v.number()),
  feed,
  feeds: v.array(v.object({ market: v.string(), feed, published_ms: v.nullable(v.number()), age_ms: v.nullable(v.number()) })),
  dependencies: v.array(v.object({ name: v.string(), ok: v.boolean(), reason: v.nullable(v.string()), since_ms: v.nullable(v.number()) })),
});
export type StatusData = v.InferOutput<typeof statusData>;
