/** From what the user typed to an order the exchange accepts; every step exact, every rounding named. */
import type { Market, Position, Preview, SubAccount, Ticker } from "@/lib/api/models";
import { compare, decimal, divide, isMultiple, isZero, multiply, sign, smaller, toShortText, toStep, tryDecimal, whole, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { fixed } from "@/lib/decimal/format";
import { exitProblem, hasExits, type Exiting } from "@/lib/exits/exits";
import type { OrderWords } from "@/lib/api/instructions";
import type { Draft } from "@/lib/state/draft";

const EXTRA_DIGITS = 12;

/** The price that sizes are counted at: the limit, or what a market order would meet first. */
export function referencePrice(draft: Draft, ticker: Ticker | null): Decimal | null {
  if (draft.type === "limit") {
    const typed = tryDecimal(draft.price);
    return typed && sign(typed) > 0 ? typed : null;
  }
  const text = (draft.side === "buy" ? ticker?.ask : ticker?.bid) ?? ticker?.mark ?? null;
  return text === null ? null : decimal(text);
}

/** Base size, rounded down to the market's step; null when it can't be known yet. */
export function baseSize(draft: Draft, market: Market, price: Decimal | null): Decimal | null {
  const typed = tryDecimal(draft.size);
  if (!typed) return null;
  if (draft.unit === "base") return typed;
  if (!price || isZero(price)) return null;
  return toStep(divide(typed, price, market.size_decimals + EXTRA_DIGITS, "down"), decimal(market.size_step), "down");
}

/** The most that the slider offers: the position for a reducing order, else free collateral times leverage. */
export function largestSize(draft: Draft, market: Market, price: Decimal | null, sub: SubAccount | null, position: Position | null): Decimal {
  const reduces = position !== null && (position.side === "long") === (draft.side === "sell");
  if (draft.reduceOnly) return reduces ? decimal(position.size) : ZERO;
  const free = sub?.free_collateral == null ? ZERO : decimal(sub.free_collateral);
  if (!price || isZero(price) || sign(free) <= 0) return ZERO;
  const notional = multiply(free, whole(draft.leverage));
  const opening = toStep(divide(notional, price, market.size_decimals + EXTRA_DIGITS, "down"), decimal(market.size_step), "down");
  return smaller(opening, toStep(divide(decimal(market.max_position_notional), price, market.size_decimals + EXTRA_DIGITS, "down"), decimal(market.size_step), "down"));
}

/** `percent` of the largest size, as text in the unit of the draft. */
export function shareOf(largest: Decimal, percent: number, draft: Draft, market: Market, price: Decimal | null): string {
  const base = toStep(divide(multiply(largest, whole(percent)), whole(100), market.size_decimals + EXTRA_DIGITS, "down"), decimal(market.size_step), "down");
  if (isZero(base)) return "";
  if (draft.unit === "base" || !price) return toShortText(base);
  // Rounded up, so that counting back at the same price gives the same number of lots.
  return toShortText(toStep(multiply(base, price), decimal("0.01"), "up"));
}

export interface Problems {
  readonly price: string | null;
  readonly size: string | null;
}

function priceProblem(draft: Draft, market: Market): string | null {
  if (draft.type === "market") return null;
  const price = tryDecimal(draft.price);
  if (!price) return "Enter a price.";
  if (sign(price) <= 0) return "The price must be above 0.";
  const step = decimal(market.price_step);
  if (!isMultiple(price, step)) {
    const below = toShortText(toStep(price, step, "down"));
    return `Prices are multiples of ${market.price_step}: ${below}?`;
  }
  if (compare(price, decimal(market.max_price)) > 0) return `The highest price is ${fixed(market.max_price, market.price_decimals)}.`;
  if (compare(price, decimal(market.min_price)) < 0) return `The lowest price is ${fixed(market.min_price, market.price_decimals)}.`;
  return null;
}

function sizeProblem(draft: Draft, market: Market, size: Decimal | null, price: Decimal | null): string | null {
  if (!size) return "Enter a size.";
  if (sign(size) <= 0) return draft.unit === "quote" && draft.size !== "" ? `That buys less than ${market.size_step} ${market.base}.` : "The size must be above 0.";
  if (!isMultiple(size, decimal(market.size_step))) return `Sizes are multiples of ${market.size_step} ${market.base}.`;
  if (compare(size, decimal(market.min_size)) < 0) return `The smallest size is ${market.min_size} ${market.base}.`;
  if (price && !draft.reduceOnly && compare(multiply(size, price), decimal(market.min_order_notional)) < 0) {
    return `An order is worth at least $${market.min_order_notional}.`;
  }
  return null;
}

export function problemsOf(draft: Draft, market: Market, price: Decimal | null): Problems {
  return { price: priceProblem(draft, market), size: sizeProblem(draft, market, baseSize(draft, market, price), price) };
}

/** What the exits of a draft would close. The position that it opens stands at its average price. */
export function exitingOf(draft: Draft, size: Decimal | null, price: Decimal | null, ticker: Ticker | null, preview: Preview | null): Exiting {
  return {
    side: draft.side === "buy" ? "long" : "short",
    entry: preview?.average_price ? decimal(preview.average_price) : price,
    size,
    mark: ticker?.mark ? decimal(ticker.mark) : null,
    liquidation: preview?.liquidation_price_after ? decimal(preview.liquidation_price_after) : null,
  };
}

/** Why an order like this takes no exits along; null when it may. The program binds each to an open position. */
export function exitsRefused(draft: Draft, size: Decimal | null, position: Position | null): string | null {
  if (draft.reduceOnly) return "A reduce-only order opens nothing that an exit could close.";
  if (draft.type === "limit" && (draft.condition === "gtc" || draft.condition === "post")) {
    return "An exit belongs to an open position, and this order may rest first: choose IOC or FOK, or set the exits on the position once it is filled.";
  }
  const shrinks = position !== null && (position.side === "long") === (draft.side === "sell") && size !== null && compare(size, decimal(position.size)) <= 0;
  return shrinks ? `This only shrinks your ${position.side}: it opens nothing that an exit could close.` : null;
}

export function exitsProblem(draft: Draft, market: Market, exiting: Exiting, position: Position | null): string | null {
  if (!draft.exits || !hasExits(draft)) return null;
  return (
    exitsRefused(draft, exiting.size, position) ??
    exitProblem("take_profit", draft.takeProfit, exiting, market) ??
    exitProblem("stop_loss", draft.stopLoss, exiting, market)
  );
}

/** The widest move from the best price that a market order of this terminal accepts. */
export const MARKET_SLIPPAGE_BPS = 100;

/** The order in the gateway's words; null while its price or size has a problem (`exitsProblem` judges the exits). */
export function wordsOf(draft: Draft, market: Market, price: Decimal | null): OrderWords | null {
  const { price: priceWrong, size: sizeWrong } = problemsOf(draft, market, price);
  const size = baseSize(draft, market, price);
  if (priceWrong !== null || sizeWrong !== null || !size) return null;
  const exits = {
    ...(draft.exits && draft.takeProfit !== "" ? { take_profit: draft.takeProfit } : {}),
    ...(draft.exits && draft.stopLoss !== "" ? { stop_loss: draft.stopLoss } : {}),
  };
  const shared = { market: market.symbol, side: draft.side, size: toShortText(size), reduce_only: draft.reduceOnly, ...exits };
  if (draft.type === "market") return { ...shared, type: "market", max_slippage_bps: MARKET_SLIPPAGE_BPS };
  return {
    ...shared,
    type: "limit",
    price: draft.price,
    time_in_force: draft.condition === "post" ? "gtc" : draft.condition,
    post_only: draft.condition === "post" ? "reject" : "none",
  };
}

const CONDITIONS = { gtc: "", ioc: ", immediate or cancel", fok: ", all or nothing", post: ", post-only" } as const;

/** The order as a sentence, without what only the preview knows. */
export function sentenceOf(words: OrderWords, market: Market, condition: Draft["condition"]): string {
  const how = words.type === "market" ? "at market" : `at ${fixed(words.price ?? "0", market.price_decimals)}${CONDITIONS[condition]}`;
  return `${words.side === "buy" ? "Buy" : "Sell"} ${words.size} ${market.base} ${how}${words.reduce_only ? ", reduce-only" : ""}`;
}
