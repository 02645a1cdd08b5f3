/**
 * Liquidation as its account sees it, step by step: orders cancelled, part sold against the book, the rest taken over
 * or deleveraged, a debt paid. The program's steps come from three places (orders, fills, and what leaves no fill).
 */
import type { Fill, LiquidationStep, Order, Side } from "../api/models";
import { add, decimal, divide, isZero, multiply, ZERO, type Decimal } from "../decimal/decimal";
import { dollars } from "../decimal/format";

export type StepKind = "force_cancel" | "liquidate" | "deleveraged" | "assumed" | LiquidationStep["kind"];

export interface Step {
  readonly id: string;
  readonly kind: StepKind;
  readonly market: string;
  /** What the account did; null where nothing changed hands. */
  readonly side: Side | null;
  /** Base units. */
  readonly size: Decimal | null;
  readonly price: Decimal | null;
  readonly pnl: Decimal | null;
  readonly paid: string | null;
  readonly deficit: string | null;
  readonly tsMs: number;
  readonly signature: string;
}

/** A keeper's order that sells a position never rests, so it has no id; what was cancelled for margin has one. */
const FORCED = new Set(["forced", "liquidation"]);

const cancelled = (order: Order): Step => ({
  id: `order ${order.market} ${order.order_id ?? ""}`,
  kind: "force_cancel",
  market: order.market,
  side: order.side,
  size: decimal(order.size),
  price: order.price === null ? null : decimal(order.price),
  pnl: null,
  paid: null,
  deficit: null,
  tsMs: order.updated_ms,
  signature: order.signature,
});

const PRICE_DIGITS = 8;

/** The fills of one liquidation against the book, as one step at their average price. */
function sold(fills: readonly Fill[]): Step[] {
  const [first] = fills;
  if (!first) return [];
  const size = fills.reduce((sum, fill) => add(sum, decimal(fill.size)), ZERO);
  const value = fills.reduce((sum, fill) => add(sum, multiply(decimal(fill.price), decimal(fill.size))), ZERO);
  return [
    {
      id: `fills ${first.market} ${first.signature}`,
      kind: "liquidate",
      market: first.market,
      side: first.side,
      size,
      price: isZero(size) ? null : divide(value, size, PRICE_DIGITS, "nearest"),
      pnl: fills.reduce((sum, fill) => add(sum, decimal(fill.realized_pnl)), ZERO),
      paid: null,
      deficit: null,
      tsMs: first.ts_ms,
      signature: first.signature,
    },
  ];
}

function kindOf({ kind, role }: LiquidationStep): StepKind {
  if (role === "account") return kind;
  return kind === "auto_deleverage" ? "deleveraged" : kind === "take_over" ? "assumed" : kind;
}

const withoutBook = (step: LiquidationStep): Step => ({
  id: step.id,
  kind: kindOf(step),
  market: step.market,
  side: step.side,
  size: step.size === null ? null : decimal(step.size),
  price: step.price === null ? null : decimal(step.price),
  pnl: step.realized_pnl === null ? null : decimal(step.realized_pnl),
  paid: step.insurance_paid,
  deficit: step.deficit,
  tsMs: step.ts_ms,
  signature: step.signature,
});

/** Newest first. */
export function stepsOf(orders: readonly Order[], fills: readonly Fill[], steps: readonly LiquidationStep[]): readonly Step[] {
  const forced = orders.filter((order) => order.order_id !== null && order.status === "cancelled" && FORCED.has(order.reason ?? ""));
  const sales = new Map<string, Fill[]>();
  for (const fill of fills) {
    if (!fill.liquidation || fill.role !== "taker") continue;
    const key = `${fill.market} ${fill.signature}`;
    sales.set(key, [...(sales.get(key) ?? []), fill]);
  }
  const all = [...forced.map(cancelled), ...[...sales.values()].flatMap(sold), ...steps.map(withoutBook)];
  return all.sort((a, b) => b.tsMs - a.tsMs);
}

export const STEP_NAMES: Readonly<Record<StepKind, string>> = {
  force_cancel: "Order cancelled",
  liquidate: "Liquidated",
  take_over: "Taken over",
  assumed: "You took over",
  auto_deleverage: "Closed by deleveraging",
  deleveraged: "Deleveraged",
  resolve_bankruptcy: "Debt paid",
  settlement: "Settled",
};

/** Why it happened, in a sentence. */
export function whyOf({ kind, paid, deficit }: Step): string {
  switch (kind) {
    case "force_cancel":
      return "Margin was short: equity was under half-way from maintenance to initial margin, and orders that add risk may then be cancelled, the farthest first.";
    case "liquidate":
      return "Equity was under maintenance margin: as much of the position as restores it was closed against the book.";
    case "take_over":
      return "Equity was under maintenance margin and the book could not take the position: another trader took it over at a discount to the mark.";
    case "assumed":
      return "You took this over from an account under maintenance margin, at a discount to the mark.";
    case "auto_deleverage":
      return "Nothing was left of the account's equity: the position was closed against those who profit most, at the price at which the account ends with nothing.";
    case "deleveraged":
      return "An account on the other side had nothing left, nor had the book: who profits most and is leveraged most is closed first. You keep the profit up to this price.";
    case "resolve_bankruptcy": {
      const unpaid = deficit !== null && !isZero(decimal(deficit)) ? ` ${dollars(deficit)} nobody paid: it is the exchange's deficit.` : "";
      return `Equity was under zero: insurance paid ${dollars(paid)} of the debt.${unpaid}`;
    }
    case "settlement":
      return "The market settles: positions end at its settlement price.";
  }
}
