/**
 * Exact decimal numbers: money and sizes are never floats.
 *
 * A decimal is `units / 10^scale`. Each operation that can lose digits names its rounding.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** `down` is towards zero, `up` away from zero, `nearest` half away from zero. */
export type Rounding = "down" | "up" | "nearest";

export class NotADecimal extends Error {
  constructor(readonly text: string) {
    super(`"${text}" is not a decimal number; write digits with at most one point, like 142.31`);
    this.name = "NotADecimal";
  }
}

const PATTERN = /^(-?)(\d*)(?:\.(\d*))?$/;

export const ZERO: Decimal = { units: 0n, scale: 0 };

export function tryDecimal(text: string): Decimal | null {
  const match = PATTERN.exec(text.trim());
  if (!match) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return null;
  const units = BigInt(whole + fraction);
  return { units: sign ? -units : units, scale: fraction.length };
}

export function decimal(text: string): Decimal {
  const parsed = tryDecimal(text);
  if (!parsed) throw new NotADecimal(text);
  return parsed;
}

export const whole = (value: number | bigint): Decimal => ({ units: BigInt(value), scale: 0 });

const power = (exponent: number): bigint => 10n ** BigInt(exponent);

/** Quotient of integers with a named rounding. */
function divideUnits(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const away = dividend < 0n === divisor < 0n ? 1n : -1n;
  if (rounding === "up") return quotient + away;
  if (rounding === "down") return quotient;
  const double = (rest < 0n ? -rest : rest) * 2n;
  return double >= (divisor < 0n ? -divisor : divisor) ? quotient + away : quotient;
}

export function rescale(value: Decimal, scale: number, rounding: Rounding): Decimal {
  if (scale >= value.scale) return { units: value.units * power(scale - value.scale), scale };
  return { units: divideUnits(value.units, power(value.scale - scale), rounding), scale };
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * power(scale - a.scale), b.units * power(scale - b.scale), scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { units: x + y, scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { units: x - y, scale };
}

export const multiply = (a: Decimal, b: Decimal): Decimal => ({ units: a.units * b.units, scale: a.scale + b.scale });

export function divide(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  if (b.units === 0n) throw new RangeError("division of a decimal by zero");
  return { units: divideUnits(a.units * power(b.scale + scale), b.units * power(a.scale), rounding), scale };
}

export const negate = (a: Decimal): Decimal => ({ units: -a.units, scale: a.scale });

export const absolute = (a: Decimal): Decimal => (a.units < 0n ? negate(a) : a);

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export const isZero = (a: Decimal): boolean => a.units === 0n;

export const sign = (a: Decimal): -1 | 0 | 1 => (a.units < 0n ? -1 : a.units > 0n ? 1 : 0);

export const smaller = (a: Decimal, b: Decimal): Decimal => (compare(a, b) <= 0 ? a : b);

/** The multiple of `step` next to `value`. */
export function toStep(value: Decimal, step: Decimal, rounding: Rounding): Decimal {
  const [x, y, scale] = aligned(value, step);
  return { units: divideUnits(x, y, rounding) * y, scale };
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  const [x, y] = aligned(value, step);
  return x % y === 0n;
}

/** All digits of the value's own scale: `{1420n, 1}` is `142.0`. */
export function toText(value: Decimal): string {
  const negative = value.units < 0n;
  const digits = (negative ? -value.units : value.units).toString().padStart(value.scale + 1, "0");
  const point = digits.length - value.scale;
  const body = value.scale ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits;
  return negative ? `-${body}` : body;
}

/** Without trailing zeros: what an input field or a request holds. */
export function toShortText(value: Decimal): string {
  const text = toText(value);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** For positions on the screen and chart pixels only: never for money. */
export const toPixels = (value: Decimal): number => Number(toText(value));
