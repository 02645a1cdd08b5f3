/** Holds a built transaction to what the user asked for: the calls that it may make, and an order's own numbers. */
import type { OrderWords } from "../api/instructions";
import type { Market } from "../api/models";
import { compare, decimal, divide, multiply, whole, type Decimal } from "../decimal/decimal";
import type { DecodedCall } from "../solana/decode";

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

/** Exactly this order: market, side, size, kind, reduce-only, and the price of a limit order. */
export function placesExactly(words: OrderWords, market: Market): Asked {
  const only = callsOnly("place_order");
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
    return found;
  };
}
