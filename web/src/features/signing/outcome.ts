/** What a confirmed transaction did, read from the program's own events. */
import * as v from "valibot";
import type { Market } from "@/lib/api/models";
import { decimal, divide, toShortText, whole } from "@/lib/decimal/decimal";
import { fixed } from "@/lib/decimal/format";
import type { Progress } from "@/lib/transactions/flow";

const integer = v.pipe(v.union([v.string(), v.number()]), v.transform((value) => BigInt(value)));

const ordersProcessed = v.looseObject({
  market: v.number(),
  orders: v.array(v.looseObject({ code: v.number(), filled: integer, resting: integer })),
  fills: v.array(v.looseObject({ ticks: integer, lots: integer })),
  removed: v.array(v.looseObject({ lots: integer })),
});

const PRICE_DIGITS = 4;

function describe(data: unknown, markets: readonly Market[]): string | null {
  const parsed = v.safeParse(ordersProcessed, data);
  if (!parsed.success) return null;
  const { market: index, orders, fills, removed } = parsed.output;
  const market = markets.find((each) => each.index === index);
  if (!market) return null;
  const size = (lots: bigint): string => `${toShortText(divide(whole(lots), whole(market.lots_per_base), market.size_decimals, "down"))} ${market.base}`;
  const lots = fills.reduce((sum, fill) => sum + fill.lots, 0n);
  const resting = orders.reduce((sum, order) => sum + order.resting, 0n);
  const parts: string[] = [];
  if (lots > 0n) {
    const ticks = divide(whole(fills.reduce((sum, fill) => sum + fill.ticks * fill.lots, 0n)), whole(lots), PRICE_DIGITS, "nearest");
    const step = decimal(market.price_step);
    const average = { units: ticks.units * step.units, scale: ticks.scale + step.scale };
    parts.push(`Filled ${size(lots)} at ${fixed(average, market.price_decimals)}`);
  }
  if (resting > 0n) parts.push(`${size(resting)} rests in the book`);
  if (removed.length && !orders.length) parts.push(`Cancelled ${removed.length === 1 ? "one order" : `${removed.length} orders`}`);
  if (orders.some((order) => order.code !== 0)) parts.push("part of it was refused");
  if (orders.length && !parts.length) parts.push("Nothing filled, nothing rests");
  return parts.length ? parts.join(", ") : null;
}

const exits = (count: number): string => (count === 1 ? "1 exit waits for the mark price" : `${count} exits wait for the mark price`);

/** A sentence for the toast; null when the step says all there is. */
export function outcome(progress: Progress, markets: readonly Market[]): string | null {
  if (progress.step === "failed" || progress.step === "unknown") return progress.why;
  if (progress.step !== "confirmed") return null;
  const events = progress.reply?.events ?? [];
  const has = (name: string): boolean => events.some((event) => event.name === name);
  const placed = events.filter(({ name }) => name === "TriggerPlaced").length;
  const orders = events.find(({ name }) => name === "OrdersProcessed");
  if (orders) {
    const said = describe(orders.data, markets);
    return said && placed ? `${said}; ${exits(placed)}` : said;
  }
  if (placed) return exits(placed);
  if (has("TriggerCancelled")) return "Cancelled";
  if (has("DelegateSet")) return "Delegate's rights changed";
  if (has("Deposited")) return "Deposited";
  return has("Withdrawn") ? "Withdrawn" : null;
}
