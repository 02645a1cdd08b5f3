/** May a market order be sent from what is on screen? Only while the book, the mark and the index are fresh. */
import type { Market, Ticker } from "../api/models";
import { span } from "../decimal/format";
import { freshnessOf } from "../freshness/freshness";
import type { ConnectionState } from "./connection";

/** Why not; null when nothing speaks against it. */
export function staleReason(connection: ConnectionState, market: Market, ticker: Ticker | null, nowMs: number, now: number): string | null {
  for (const channel of ["book", "ticker"] as const) {
    const { state, why } = freshnessOf(connection, { channel, market: market.symbol }, now);
    if (state === "waiting") return "Waiting for market data.";
    if (state === "stale") return `Market data is stale. ${why ?? ""}`.trim();
  }
  if (ticker?.index_published_ms == null) return "The index price is not known yet.";
  const age = nowMs - ticker.index_published_ms;
  if (age > market.max_price_age_open_ms) return `The index price is ${span(age)} old: the exchange opens no risk until it is fresh.`;
  return null;
}
