/** A delegate as the user writes it down: what is wrong with it, and its words for the gateway. */
import type { DelegateWords } from "@/lib/api/instructions";
import type { Delegate } from "@/lib/api/models";
import { sign, tryDecimal } from "@/lib/decimal/decimal";
import { decodeBase58 } from "@/lib/solana/base58";

const HOUR_MS = 3_600_000;
export const LIFETIMES = [
  { value: "1h", label: "1 hour", ms: HOUR_MS },
  { value: "1d", label: "1 day", ms: 24 * HOUR_MS },
  { value: "7d", label: "7 days", ms: 7 * 24 * HOUR_MS },
  { value: "30d", label: "30 days", ms: 30 * 24 * HOUR_MS },
] as const;
export type Lifetime = (typeof LIFETIMES)[number]["value"];

export interface Delegation {
  readonly key: string;
  readonly lifetime: Lifetime;
  readonly markets: readonly string[];
  readonly order: string;
  readonly position: string;
  readonly day: string;
  readonly reduceOnly: boolean;
}

export const freshDelegation = (markets: readonly string[]): Delegation => ({ key: "", lifetime: "1d", markets, order: "", position: "", day: "", reduceOnly: false });

/** One that stands, to be changed: its limits, and a new lifetime from now. */
export const delegationOf = (delegate: Delegate): Delegation => ({
  key: delegate.delegate,
  lifetime: "1d",
  markets: delegate.markets,
  order: delegate.max_order_notional ?? "",
  position: delegate.max_position_notional ?? "",
  day: delegate.daily_notional ?? "",
  reduceOnly: delegate.reduce_only,
});

export type DelegationProblems = Readonly<Record<"key" | "markets" | "order" | "position" | "day", string | null>>;

const KEY_BYTES = 32;
const USDC_DECIMALS = 6;

function isKey(text: string): boolean {
  try {
    return decodeBase58(text).length === KEY_BYTES;
  } catch {
    return false;
  }
}

function keyProblem(key: string, wallet: string): string | null {
  if (!isKey(key)) return "Enter the public key of the bot, 32 bytes in base58.";
  return key === wallet ? "Your own wallet needs no rights: enter another key." : null;
}

function amountProblem(text: string): string | null {
  const amount = tryDecimal(text);
  if (!amount || sign(amount) <= 0) return "Enter an amount of USDC above 0.";
  return (text.split(".")[1] ?? "").length > USDC_DECIMALS ? `USDC has ${USDC_DECIMALS} decimals.` : null;
}

export function problemsOf({ key, markets, order, position, day }: Delegation, wallet: string): DelegationProblems {
  return {
    key: keyProblem(key.trim(), wallet),
    markets: markets.length ? null : "Choose at least one market.",
    order: amountProblem(order),
    position: amountProblem(position),
    day: amountProblem(day),
  };
}

export function wordsOf(delegation: Delegation, nowMs: number): DelegateWords {
  const { ms } = LIFETIMES.find(({ value }) => value === delegation.lifetime) ?? LIFETIMES[0];
  return {
    delegate: delegation.key.trim(),
    expires_at_ms: Math.floor((nowMs + ms) / 1_000) * 1_000,
    markets: delegation.markets,
    max_order_notional: delegation.order,
    max_position_notional: delegation.position,
    daily_notional: delegation.day,
    reduce_only: delegation.reduceOnly,
  };
}
