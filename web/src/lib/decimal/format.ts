/** Decimals as a trader reads them. Every function takes exact text or a Decimal and returns text. */
import { absolute, compare, decimal, divide, multiply, rescale, sign, toText, whole, type Decimal, type Rounding } from "./decimal";

export const UNKNOWN = "–";

export function grouped(text: string): string {
  const [head = "", tail] = text.split(".");
  const separated = head.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return tail === undefined ? separated : `${separated}.${tail}`;
}

const read = (value: Decimal | string): Decimal => (typeof value === "string" ? decimal(value) : value);

/** `1234.5` with 2 places is `1,234.50`. */
export function fixed(value: Decimal | string | null | undefined, places: number, rounding: Rounding = "nearest"): string {
  return value === null || value === undefined ? UNKNOWN : grouped(toText(rescale(read(value), places, rounding)));
}

/** With an explicit sign, except for zero: `+1.20`, `-0.35`, `0.00`. */
export function signed(value: Decimal | string | null | undefined, places: number): string {
  if (value === null || value === undefined) return UNKNOWN;
  const rounded = rescale(read(value), places, "nearest");
  return `${sign(rounded) > 0 ? "+" : ""}${grouped(toText(rounded))}`;
}

export function dollars(value: Decimal | string | null | undefined, places = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  const rounded = rescale(read(value), places, "nearest");
  return `${sign(rounded) < 0 ? "-" : ""}$${grouped(toText(absolute(rounded)))}`;
}

export function signedDollars(value: Decimal | string | null | undefined, places = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  return `${sign(rescale(read(value), places, "nearest")) > 0 ? "+" : ""}${dollars(value, places)}`;
}

/** A share as percent: `0.0123` is `1.23%`. */
export function percent(value: Decimal | string | null | undefined, places = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  return `${fixed(multiply(read(value), whole(100)), places)}%`;
}

export function signedPercent(value: Decimal | string | null | undefined, places = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  return `${signed(multiply(read(value), whole(100)), places)}%`;
}

const MAGNITUDES: readonly (readonly [bigint, string])[] = [
  [1_000_000_000n, "B"],
  [1_000_000n, "M"],
  [1_000n, "K"],
];

/** `1234567` is `1.23M`; below a thousand all of `places`. */
export function compact(value: Decimal | string | null | undefined, places = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  const exact = read(value);
  for (const [size, suffix] of MAGNITUDES) {
    if (compare(absolute(exact), whole(size)) >= 0) return `${toText(divide(exact, whole(size), 2, "down"))}${suffix}`;
  }
  return fixed(exact, places);
}

/** The part of a number whose zeros say nothing, so that it can be dimmed: `["142.3", "00"]`. */
export function splitInsignificant(text: string): [string, string] {
  const match = /^(.*\..*?)(0+)$/.exec(text);
  if (!match) return [text, ""];
  const [, head = "", zeros = ""] = match;
  return head.endsWith(".") ? [head.slice(0, -1), `.${zeros}`] : [head, zeros];
}

const two = (value: number): string => value.toString().padStart(2, "0");

export function clock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function dateAndClock(ms: number): string {
  const date = new Date(ms);
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ""} ${clock(ms)}`;
}

/** How long: `0.4s`, `12s`, `3m`, `2h`, `5d`. */
export function span(ms: number): string {
  if (ms < 0) return "0s";
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)}h`;
  return `${Math.floor(ms / 86_400_000)}d`;
}

/** Time left as a clock: `12:04`, `1:02:03`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${tail}` : tail;
}

export const shortKey = (key: string): string => (key.length > 12 ? `${key.slice(0, 4)}…${key.slice(-4)}` : key);
