/** Holds the triggers of a built transaction to what the user asked for. */
import type { Market, Side, Trigger } from "../api/models";
import { compare, decimal, divide, multiply, whole } from "../decimal/decimal";
import { EXECUTOR_FEE, EXIT_SLIPPAGE_BPS } from "../exits/exits";
import type { DecodedCall, Value } from "../solana/decode";
import type { Asked } from "./asked";

export type Terms = Readonly<Record<string, Value>>;

export const isTerms = (value: Value | undefined): value is Terms => typeof value === "object" && value !== null && !Array.isArray(value);

/** Entries of a trader account: an id is the position's epoch times this, plus the entry. */
const ENTRIES = 16n;
const NO_PAIR = 255;
const [STOP_MARKET, , TAKE_PROFIT_MARKET] = [0, 1, 2] as const;
const LARGEST_FEE = multiply(decimal(EXECUTOR_FEE), whole(1_000_000n));
const PPM_OF_BPS = 100;

export const entryOf = (triggerId: string): number => Number(BigInt(triggerId) % ENTRIES);

/** What closes a position at market; `null` is not asked for. A `size` of null is the whole position. */
export interface ExitsAsked {
  readonly closing: Side;
  readonly takeProfit: string | null;
  readonly stopLoss: string | null;
  readonly size: string | null;
}

const ticksOf = (price: string, market: Market): bigint => divide(decimal(price), decimal(market.price_step), 0, "nearest").units;

/** Quote atoms per base lot, as the program counts trigger prices. */
const lotPriceOf = (price: string, market: Market): bigint => ticksOf(price, market) * BigInt(market.tick_atoms);

const lotsOf = (size: string | null, market: Market): bigint => (size === null ? 0n : divide(multiply(decimal(size), whole(market.lots_per_base)), whole(1), 0, "nearest").units);

/** What every trigger is held to, whoever it is of. */
function termProblems(terms: Terms, asked: { side: Side; price: string; size: string | null }, market: Market): string[] {
  const found: string[] = [];
  const fee = terms["executor_fee"];
  if (terms["market"] !== market.index) found.push(`A trigger is for another market than ${market.symbol}.`);
  if (terms["side"] !== (asked.side === "sell" ? 1 : 0)) found.push(`A trigger would not ${asked.side}.`);
  if (terms["trigger_price"] !== lotPriceOf(asked.price, market)) found.push(`A trigger waits for another price than ${asked.price}.`);
  if (terms["lots"] !== lotsOf(asked.size, market)) found.push(asked.size === null ? "A trigger is not for the whole position." : `A trigger's size is not ${asked.size} ${market.base}.`);
  if (typeof fee !== "bigint" || compare(whole(fee), LARGEST_FEE) > 0) found.push(`A trigger reserves more than $${EXECUTOR_FEE} for who fires it.`);
  return found;
}

const termsOf = (calls: readonly DecodedCall[]): readonly Terms[] =>
  calls.filter(({ name }) => name === "place_trigger").map(({ args }) => (isTerms(args["terms"]) ? args["terms"] : {}));

/** What differs from exactly these exits at market, as a pair where there are both. */
export function placesExits(calls: readonly DecodedCall[], asked: ExitsAsked, market: Market): string[] {
  const wanted = [
    [STOP_MARKET, asked.stopLoss, "stop loss"],
    [TAKE_PROFIT_MARKET, asked.takeProfit, "take profit"],
  ] as const;
  const placed = termsOf(calls);
  const expected = wanted.filter(([, price]) => price !== null).length;
  const found = placed.length === expected ? [] : [`It places ${placed.length} triggers, not ${expected}.`];
  for (const [kind, price, name] of wanted) {
    const terms = placed.find((each) => each["kind"] === kind);
    if (price === null) continue;
    if (!terms) found.push(`It places no ${name} at market.`);
    else {
      found.push(...termProblems(terms, { side: asked.closing, price, size: asked.size }, market));
      if (terms["max_slippage"] !== EXIT_SLIPPAGE_BPS * PPM_OF_BPS) found.push(`The ${name} accepts another slippage than ${EXIT_SLIPPAGE_BPS / 100} %.`);
    }
  }
  const [first, second] = placed;
  if (first && second && (first["pair"] !== NO_PAIR || second["pair"] !== first["index"])) found.push("The two would not cancel each other.");
  return found;
}

/** The cancels of exactly these triggers, each once. */
function cancelsTriggers(calls: readonly DecodedCall[], ids: readonly string[]): string[] {
  const cancelled = calls.filter(({ name }) => name === "cancel_trigger").map(({ args }) => args["index"]);
  const wanted = ids.map(entryOf);
  const same = cancelled.length === wanted.length && wanted.every((entry) => cancelled.includes(entry));
  return same ? [] : ["It cancels other triggers than those you see."];
}

function onlyTriggers(calls: readonly DecodedCall[]): string[] {
  const names = new Set(["cancel_trigger", "place_trigger"]);
  return calls.filter(({ name }) => !names.has(name)).map(({ name }) => `It also calls ${name}, which you did not ask for.`);
}

/** Exactly these exits of a position, and the cancels of those that they replace. */
export const setsExits = (asked: ExitsAsked, replaces: readonly string[], market: Market): Asked =>
  (calls) => [...onlyTriggers(calls), ...cancelsTriggers(calls, replaces), ...placesExits(calls, asked, market)];

export const cancelsTrigger = (id: string): Asked =>
  (calls) => [...onlyTriggers(calls), ...cancelsTriggers(calls, [id]), ...(termsOf(calls).length ? ["It also places a trigger."] : [])];

/** `trigger` again in its own entry, with the prices and the size that it holds now. */
export function changesTrigger(trigger: Trigger, market: Market): Asked {
  const kind = (trigger.kind === "stop" ? 0 : 2) + (trigger.type === "limit" ? 1 : 0);
  return (calls) => {
    const [terms, ...others] = termsOf(calls);
    const found = [...onlyTriggers(calls), ...cancelsTriggers(calls, [trigger.id])];
    if (!terms || others.length) return [...found, "It does not place exactly one trigger."];
    found.push(...termProblems(terms, { side: trigger.side, price: trigger.trigger_price, size: trigger.size }, market));
    if (terms["kind"] !== kind || terms["index"] !== entryOf(trigger.id)) found.push("It changes another trigger.");
    const ticks = trigger.price === null ? 0n : ticksOf(trigger.price, market);
    if (typeof terms["limit_ticks"] !== "number" || BigInt(terms["limit_ticks"]) !== ticks) found.push(`Its limit is not ${trigger.price ?? "the market"}.`);
    return found;
  };
}
