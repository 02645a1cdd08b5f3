/** The order book of the market on screen, in exact integers, grouped at repaint. */
import * as v from "valibot";
import { decimal, rescale } from "../decimal/decimal";
import { createHotStore } from "../stream/cadence";
import { bookData } from "../stream/messages";
import { follow } from "./connection";

/** Price in 10^-priceDecimals, size in 10^-sizeDecimals. */
export type Side = ReadonlyMap<bigint, bigint>;

export interface BookView {
  readonly symbol: string | null;
  readonly bids: Side;
  readonly asks: Side;
  readonly slot: number | null;
  /** `performance.now()` of the last change. */
  readonly changedAt: number;
}

export interface Level {
  readonly price: bigint;
  readonly size: bigint;
  readonly total: bigint;
}

export interface Steps {
  readonly symbol: string;
  readonly price_decimals: number;
  readonly size_decimals: number;
}

const EMPTY: BookView = { symbol: null, bids: new Map(), asks: new Map(), slot: null, changedAt: 0 };
const HERTZ = 10;

export const bookStore = createHotStore<BookView>(EMPTY, HERTZ);

const integer = (text: string, places: number): bigint => rescale(decimal(text), places, "down").units;

export function applyLevels(side: Side, levels: readonly (readonly [string, string])[], steps: Steps, fresh: boolean): Map<bigint, bigint> {
  const next = new Map(fresh ? [] : side);
  for (const [price, size] of levels) {
    const at = integer(price, steps.price_decimals);
    const amount = integer(size, steps.size_decimals);
    if (amount === 0n) next.delete(at);
    else next.set(at, amount);
  }
  return next;
}

/** Best level first. A grouped bid is rounded down, a grouped ask up: never better than it is. */
export function groupLevels(side: Side, which: "bids" | "asks", group: bigint, count: number): Level[] {
  const sums = new Map<bigint, bigint>();
  for (const [price, size] of side) {
    const rest = price % group;
    const bucket = rest === 0n ? price : which === "bids" ? price - rest : price - rest + group;
    sums.set(bucket, (sums.get(bucket) ?? 0n) + size);
  }
  const prices = [...sums.keys()].sort((a, b) => (a < b ? -1 : 1));
  if (which === "bids") prices.reverse();
  let total = 0n;
  return prices.slice(0, count).map((price) => {
    const size = sums.get(price) ?? 0n;
    total += size;
    return { price, size, total };
  });
}

export function followBook(steps: Steps): () => void {
  bookStore.write(EMPTY);
  return follow({ channel: "book", market: steps.symbol }, (data, message) => {
    const { bids, asks } = v.parse(bookData, data);
    const old = bookStore.newest();
    bookStore.write({
      symbol: steps.symbol,
      bids: applyLevels(old.bids, bids, steps, message.snapshot),
      asks: applyLevels(old.asks, asks, steps, message.snapshot),
      slot: message.slot,
      changedAt: performance.now(),
    });
  });
}
