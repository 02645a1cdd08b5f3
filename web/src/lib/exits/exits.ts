/**
 * Take profit and stop loss: orders that wait on chain for the mark price and then close a position at market.
 *
 * The program binds each to an open position, refuses one that would fire at once, and reserves a fee for who fires it.
 */
import type { Market, Position, Trigger } from "../api/models";
import { compare, decimal, isMultiple, multiply, negate, rescale, sign, subtract, toShortText, toStep, tryDecimal, type Decimal } from "../decimal/decimal";
import { fixed, signedDollars } from "../decimal/format";

export type ExitKind = "take_profit" | "stop_loss";

export const EXIT_NAMES: Readonly<Record<ExitKind, string>> = { take_profit: "Take profit", stop_loss: "Stop loss" };

/** Reserved by the gateway's builder for who fires a trigger, in USDC; it comes back when the trigger is cancelled. */
export const EXECUTOR_FEE = "0.10";
/** How far from the mark an exit may fill, as the gateway's builder sets it. */
export const EXIT_SLIPPAGE_BPS = 100;

/** As typed: empty is none. */
export interface ExitPrices {
  readonly takeProfit: string;
  readonly stopLoss: string;
}

export const NO_EXITS: ExitPrices = { takeProfit: "", stopLoss: "" };

export const hasExits = ({ takeProfit, stopLoss }: ExitPrices): boolean => takeProfit !== "" || stopLoss !== "";

/** What would be closed: a position, or the one that an order is about to open. */
export interface Exiting {
  readonly side: Position["side"];
  /** Average price of what is closed. */
  readonly entry: Decimal | null;
  /** Base units. */
  readonly size: Decimal | null;
  readonly mark: Decimal | null;
  readonly liquidation: Decimal | null;
}

/** Whether the mark rises to the exit (else it falls to it). */
export const risesTo = (kind: ExitKind, side: Position["side"]): boolean => (kind === "take_profit") === (side === "long");

function stepProblem(price: Decimal, market: Market): string | null {
  if (sign(price) <= 0) return "The price must be above 0.";
  const step = decimal(market.price_step);
  if (!isMultiple(price, step)) return `Prices are multiples of ${market.price_step}: ${toShortText(toStep(price, step, "down"))}?`;
  if (compare(price, decimal(market.max_price)) > 0) return `The highest price is ${fixed(market.max_price, market.price_decimals)}.`;
  return null;
}

/** What is wrong with a typed exit price; null when nothing is, or nothing was typed. */
export function exitProblem(kind: ExitKind, text: string, { side, mark }: Exiting, market: Market): string | null {
  if (text === "") return null;
  const price = tryDecimal(text);
  if (!price) return "Enter a price.";
  const wrong = stepProblem(price, market);
  if (wrong) return wrong;
  if (!mark) return "The mark price is not known yet.";
  const above = risesTo(kind, side);
  if (compare(price, mark) === (above ? 1 : -1)) return null;
  return `The ${EXIT_NAMES[kind].toLowerCase()} of a ${side} is ${above ? "above" : "below"} the mark price, ${fixed(mark, market.price_decimals)}.`;
}

/** A stop that the liquidation would come before; null when it is in time. */
export function exitWarning(kind: ExitKind, text: string, { side, liquidation }: Exiting, market: Market): string | null {
  const price = tryDecimal(text);
  if (kind !== "stop_loss" || !price || !liquidation) return null;
  const late = compare(price, liquidation) !== (side === "long" ? 1 : -1);
  return late ? `Liquidation at ${fixed(liquidation, market.price_decimals)} would come first.` : null;
}

/** Profit or loss of closing at the exit's price, before fees and slippage, in whole cents against the user. */
export function exitPnl(text: string, { side, entry, size }: Exiting): Decimal | null {
  const price = tryDecimal(text);
  if (!price || !entry || !size || sign(price) <= 0) return null;
  const gain = multiply(subtract(price, entry), size);
  const pnl = side === "long" ? gain : negate(gain);
  return rescale(pnl, 2, sign(pnl) > 0 ? "down" : "up");
}

/** `take profit at 160.00 (about +$35.40), stop loss at 120.00 (about -$44.60), whichever comes first`. */
export function exitsInWords({ takeProfit, stopLoss }: ExitPrices, exiting: Exiting, market: Market): string {
  const part = (kind: ExitKind, text: string): string => {
    const pnl = exitPnl(text, exiting);
    return `${EXIT_NAMES[kind].toLowerCase()} at ${fixed(text, market.price_decimals)}${pnl ? ` (about ${signedDollars(pnl)})` : ""}`;
  };
  const parts = [...(takeProfit === "" ? [] : [part("take_profit", takeProfit)]), ...(stopLoss === "" ? [] : [part("stop_loss", stopLoss)])];
  return parts.length === 2 ? `${parts.join(", ")}, whichever comes first` : parts.join("");
}

export const exitKindOf = (trigger: Trigger): ExitKind => (trigger.kind === "stop" ? "stop_loss" : "take_profit");

export interface PositionExits {
  /** What waits for the position, the nearest to fire first. */
  readonly waiting: readonly Trigger[];
  /** The one take profit and the one stop loss at market that stand for the position; null where there are more. */
  readonly only: { readonly takeProfit: Trigger | null; readonly stopLoss: Trigger | null } | null;
}

/** The triggers of a position, and whether they can be shown as one take profit and one stop loss. */
export function exitsOf(position: Position, triggers: readonly Trigger[]): PositionExits {
  const closing = position.side === "long" ? "sell" : "buy";
  const waiting = triggers.filter((each) => each.market === position.market && each.sub === position.sub && each.side === closing);
  const of = (kind: Trigger["kind"]): readonly Trigger[] => waiting.filter((each) => each.kind === kind);
  const [profits, stops] = [of("take_profit"), of("stop")];
  const [takeProfit, stopLoss] = [profits[0] ?? null, stops[0] ?? null];
  const alike = !takeProfit || !stopLoss || takeProfit.size === stopLoss.size;
  const simple = profits.length <= 1 && stops.length <= 1 && alike && waiting.every((each) => each.type === "market");
  return { waiting, only: simple ? { takeProfit, stopLoss } : null };
}
