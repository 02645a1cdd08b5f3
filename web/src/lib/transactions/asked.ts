/** Holds a built transaction to what the user asked for: the calls that it may make, and their own numbers. */
import type { DelegateWords, OrderWords } from "../api/instructions";
import type { Market } from "../api/models";
import { compare, decimal, divide, multiply, whole, type Decimal } from "../decimal/decimal";
import type { DecodedCall } from "../solana/decode";
import { isTerms, placesExits } from "./askedTriggers";

/** Given the calls that the bytes make, what differs from what was asked. */
export type Asked = (calls: readonly DecodedCall[]) => string[];

/** Only these calls, the last of them at least once. */
export function callsOnly(...names: readonly [string, ...string[]]): Asked {
  return (calls) => {
    const others = calls.filter((call) => !names.includes(call.name)).map((call) => `It also calls ${call.name}, which you did not ask for.`);
    const main = names.at(-1);
    return calls.some((call) => call.name === main) ? others : [...others, `It does not call ${main ?? ""}.`];
  };
}

/** Deposits and withdrawals of exactly this many smallest units. */
export function movesExactly(name: "deposit" | "withdraw", amount: string, decimals: number): Asked {
  const only = name === "deposit" ? callsOnly("open_trader", "activate", "deposit") : callsOnly("withdraw");
  const units = multiply(decimal(amount), whole(10n ** BigInt(decimals)));
  return (calls) => {
    const moved = calls.find((call) => call.name === name)?.args["amount"];
    const differs = typeof moved === "bigint" && compare(whole(moved), units) !== 0;
    return [...only(calls), ...(differs ? [`It would ${name} another amount than ${amount}.`] : [])];
  };
}

const KINDS = { post: "PostOnly", taking: "ImmediateOrCancel", resting: "Limit" } as const;

function kindOf(words: OrderWords): string {
  if (words.post_only === "reject") return KINDS.post;
  return words.type === "market" || words.time_in_force === "ioc" || words.time_in_force === "fok" ? KINDS.taking : KINDS.resting;
}

/** Exactly this order: market, side, size, kind, reduce-only, the price of a limit order, and the exits it takes along. */
export function placesExactly(words: OrderWords, market: Market): Asked {
  const hasExits = words.take_profit !== undefined || words.stop_loss !== undefined;
  const only = hasExits ? callsOnly("place_trigger", "place_order") : callsOnly("place_order");
  const lots: Decimal = multiply(decimal(words.size), whole(market.lots_per_base));
  const ticks = words.price === undefined ? null : divide(decimal(words.price), decimal(market.price_step), 0, "nearest");
  return (calls) => {
    const found = only(calls);
    for (const { name, args } of calls) {
      if (name !== "place_order") continue;
      if (args["market"] !== market.index) found.push(`It is for another market than ${market.symbol}.`);
      if (args["side"] !== (words.side === "buy" ? "Bid" : "Ask")) found.push(`It would not ${words.side}.`);
      // A reduce-only order may come smaller, cut to the position.
      const size = compare(whole(Number(args["lots"])), lots);
      if (words.reduce_only ? size > 0 : size !== 0) found.push(`Its size is not ${words.size} ${market.base}.`);
      if (ticks && compare(whole(Number(args["ticks"])), ticks) !== 0) found.push(`Its price is not ${words.price ?? ""}.`);
      if (args["reduce_only"] !== (words.reduce_only ?? false)) found.push("Its reduce-only mark is not what you set.");
      if (args["kind"] !== kindOf(words)) found.push("It may trade in another way than you chose.");
    }
    const exits = { takeProfit: words.take_profit ?? null, stopLoss: words.stop_loss ?? null, size: words.size };
    return [...found, ...placesExits(calls, { ...exits, closing: words.side === "buy" ? "sell" : "buy" }, market)];
  };
}

const QUOTE_ATOMS = whole(1_000_000n);
const REDUCE_ONLY = 1;
/** A time long past: such a delegate may do nothing. */
const REVOKED = 1n;

/** Exactly this delegate with exactly these limits: a wider one would be a way to the money. */
export function setsDelegate(words: DelegateWords, markets: readonly Market[]): Asked {
  const only = callsOnly("set_delegate");
  const chosen = markets.filter(({ symbol }) => words.markets.includes(symbol));
  const bitmap = chosen.reduce((bits, { index }) => bits | (1n << BigInt(index)), 0n);
  const limits = [
    ["max_order", words.max_order_notional, "largest order"],
    ["max_position", words.max_position_notional, "largest position"],
    ["daily_limit", words.daily_notional, "daily limit"],
  ] as const;
  return (calls) => {
    const found = only(calls);
    if (calls.length > 1) found.push("It sets more than one delegate.");
    for (const { terms } of calls.map(({ args }) => args)) {
      if (!isTerms(terms)) continue;
      if (terms["delegate"] !== words.delegate) found.push("It gives rights to another key.");
      if (terms["expires"] !== BigInt(Math.floor(words.expires_at_ms / 1000))) found.push("It expires at another time.");
      if (terms["market_bitmap"] !== bitmap) found.push("It may trade other markets than you chose.");
      if (terms["flags"] !== (words.reduce_only ? REDUCE_ONLY : 0)) found.push("Its rights are not as you set them.");
      for (const [field, asked, name] of limits) {
        const atoms = terms[field];
        if (typeof atoms !== "bigint" || compare(whole(atoms), multiply(decimal(asked), QUOTE_ATOMS)) !== 0) found.push(`Its ${name} is not ${asked} USDC.`);
      }
    }
    return found;
  };
}

/** Takes the rights of exactly this key away. */
export function revokesDelegate(delegate: string): Asked {
  const only = callsOnly("set_delegate");
  return (calls) => {
    const terms = calls[0]?.args["terms"];
    const revokes = calls.length === 1 && isTerms(terms) && terms["delegate"] === delegate && terms["expires"] === REVOKED;
    return [...only(calls), ...(revokes ? [] : [`It does not take the rights of ${delegate} away.`])];
  };
}
