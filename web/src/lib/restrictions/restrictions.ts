/** Why something can't be done now, or counts worse: of a market, and of a withdrawal. */
import type { Exchange, Market, Restriction, SubAccount, Ticker } from "../api/models";
import { decimal, sign } from "../decimal/decimal";
import { countdown, dollars, span } from "../decimal/format";

export interface Reason {
  readonly id: string;
  readonly text: string;
}

export type Restricts = Restriction["restricts"][number];

const untilText = (untilMs: number | null, nowMs: number): string => (untilMs === null ? "" : ` ${countdown(untilMs - nowMs)} left.`);

/**
 * What the market narrows now. How old the index is goes on between two tickers, so it is judged here by the market's
 * own limits; what ends by time and has ended is left out.
 */
export function restrictionsOf(market: Market, ticker: Ticker | null, nowMs: number): readonly Restriction[] {
  if (!ticker) return [];
  const told = ticker.restrictions.filter(({ code, until_ms: until }) => code !== "PriceStale" && (until === null || until > nowMs));
  if (ticker.index_published_ms === null) return told;
  const age = nowMs - ticker.index_published_ms;
  if (age <= market.max_price_age_open_ms) return told;
  const old = age > market.max_price_age_liquidate_ms;
  const restricts: Restricts[] = old ? ["opening", "reducing", "liquidation", "withdrawing"] : ["opening", "withdrawing"];
  const detail = `The index price is ${span(age)} old: ${old ? "nothing trades on it and nobody is liquidated" : "it opens no new risk"} until it is fresh.`;
  return [...told, { code: "PriceStale", restricts, detail, until_ms: null }];
}

const inWords = (restriction: Restriction, nowMs: number): Reason => ({
  id: `${restriction.code} ${restriction.restricts.join(" ")}`,
  text: `${restriction.detail}${untilText(restriction.until_ms, nowMs)}`,
});

/** All that the market narrows, for its own panel. */
export const marketReasons = (market: Market, ticker: Ticker | null, nowMs: number): readonly Reason[] =>
  restrictionsOf(market, ticker, nowMs).map((each) => inWords(each, nowMs));

export interface OrderAims {
  readonly reduceOnly: boolean;
  /** False for post-only orders. */
  readonly takes: boolean;
}

/** What stands in the way of such an order, and a jumped price, which only counts. */
export function orderReasons(market: Market, ticker: Ticker | null, { reduceOnly, takes }: OrderAims, nowMs: number): readonly Reason[] {
  const hit = ({ code, restricts }: Restriction): boolean =>
    restricts.includes(reduceOnly ? "reducing" : "opening") || (takes && restricts.includes("taking")) || (code === "PriceJumped" && !reduceOnly);
  return restrictionsOf(market, ticker, nowMs)
    .filter(hit)
    .map((each) => inWords(each, nowMs));
}

interface WithdrawalGround {
  readonly exchange: Exchange;
  readonly sub: SubAccount;
  readonly markets: readonly Market[];
  readonly tickers: Readonly<Record<string, Ticker>>;
}

const isOver0 = (text: string | null): text is string => text !== null && sign(decimal(text)) > 0;

/** Why less than all of the equity, or nothing, can be withdrawn now. */
export function withdrawalReasons({ exchange, sub, markets, tickers }: WithdrawalGround, nowMs: number): readonly Reason[] {
  const found: Reason[] = [];
  const rest = exchange.withdraw_rest_until_ms;
  if (exchange.paused.includes("withdrawals")) found.push({ id: "paused", text: "The exchange paused withdrawals; such a pause ends by itself." });
  if (rest !== null && rest > nowMs) found.push({ id: "rest", text: `Withdrawals rest after a loss that insurance did not cover.${untilText(rest, nowMs)}` });
  if (isOver0(exchange.deficit)) {
    found.push({ id: "deficit", text: `The exchange has a deficit of ${dollars(exchange.deficit)}: every withdrawal is cut by the same share until fees have repaid it.` });
  }
  if (isOver0(sub.locked)) found.push({ id: "locked", text: `${dollars(sub.locked)} of recent profit still vests: it counts for margin now and can leave by and by.` });
  if (isOver0(sub.initial_margin)) found.push({ id: "margin", text: `${dollars(sub.initial_margin)} is the initial margin of your positions and orders.` });
  if (isOver0(sub.unrealized_pnl)) found.push({ id: "profit", text: `${dollars(sub.unrealized_pnl)} is profit on paper: it can't leave before it is realised.` });
  for (const symbol of new Set(sub.positions.map((position) => position.market))) {
    const market = markets.find((each) => each.symbol === symbol);
    const worse = market ? restrictionsOf(market, tickers[symbol] ?? null, nowMs).filter(({ restricts }) => restricts.includes("withdrawing")) : [];
    for (const each of worse) found.push({ id: `${symbol} ${each.code}`, text: `${symbol} counts worse. ${each.detail}` });
  }
  return found;
}
