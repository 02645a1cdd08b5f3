/** A delegate's rights as its instruction's bytes give them, in words. */
import type { Market } from "../api/models";
import { divide, whole } from "../decimal/decimal";
import { dateAndClock, dollars } from "../decimal/format";
import type { DecodedCall } from "../solana/decode";
import { isTerms } from "./terms";

const QUOTE_ATOMS = whole(1_000_000n);
const USDC_DIGITS = 6;
const REDUCE_ONLY = 1;
const MAY_TRANSFER = 2;
/** A time long past takes the rights away. */
const REVOKED = 1n;

const limit = (atoms: unknown): string => (typeof atoms !== "bigint" ? "?" : atoms === 0n ? "no limit" : dollars(divide(whole(atoms), QUOTE_ATOMS, USDC_DIGITS, "down")));

/** Rows of label and value; null where the call sets no delegate. */
export function delegateRows(call: DecodedCall, markets: readonly Market[]): readonly (readonly [string, string])[] | null {
  const { terms } = call.args;
  if (call.name !== "set_delegate" || !isTerms(terms)) return null;
  const { delegate, expires, market_bitmap: bitmap, flags } = terms;
  const key = ["Key", typeof delegate === "string" ? delegate : "?"] as const;
  if (typeof expires !== "bigint" || typeof bitmap !== "bigint" || typeof flags !== "number") return [key, ["Rights", "unreadable"]];
  if (expires === REVOKED) return [key, ["Rights", "none from now on"]];
  const allowed = markets.filter(({ index }) => (bitmap >> BigInt(index)) & 1n);
  const others = allowed.reduce((bits, { index }) => bits & ~(1n << BigInt(index)), bitmap) !== 0n;
  const may = [flags & REDUCE_ONLY ? "only orders that reduce" : "trade", ...(flags & MAY_TRANSFER ? ["move money between your accounts"] : [])];
  return [
    key,
    ["May", `${may.join(", ")}; never withdraw`],
    ["Until", expires === 0n ? "it never expires" : dateAndClock(Number(expires) * 1_000)],
    ["Markets", [...allowed.map(({ symbol }) => symbol), ...(others ? ["every later one"] : [])].join(", ") || "none"],
    ["Largest order", limit(terms["max_order"])],
    ["Largest position", limit(terms["max_position"])],
    ["A day (UTC)", limit(terms["daily_limit"])],
  ];
}
