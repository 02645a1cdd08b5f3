/** Profit of a position at the present mark: exact, from the chain's entry price and size. */
import type { Position } from "@/lib/api/models";
import { decimal, divide, isZero, multiply, negate, subtract, absolute, type Decimal } from "@/lib/decimal/decimal";

const RATIO_DIGITS = 6;

export interface LivePosition {
  readonly mark: Decimal | null;
  readonly notional: Decimal | null;
  readonly pnl: Decimal | null;
  /** Profit over the position's initial margin. */
  readonly roe: Decimal | null;
  /** How far the mark is from the liquidation price, as a share of the mark. */
  readonly liquidationDistance: Decimal | null;
}

export function livePosition(position: Position, markText: string | null): LivePosition {
  const text = markText ?? position.mark_price;
  if (text === null) return { mark: null, notional: null, pnl: null, roe: null, liquidationDistance: null };
  const mark = decimal(text);
  const size = decimal(position.size);
  const gain = multiply(subtract(mark, decimal(position.entry_price)), size);
  const pnl = position.side === "long" ? gain : negate(gain);
  const margin = position.initial_margin === null ? null : decimal(position.initial_margin);
  const liquidation = position.liquidation_price === null ? null : decimal(position.liquidation_price);
  return {
    mark,
    notional: multiply(mark, size),
    pnl,
    roe: margin && !isZero(margin) ? divide(pnl, margin, RATIO_DIGITS, "down") : null,
    liquidationDistance: liquidation && !isZero(mark) ? divide(absolute(subtract(mark, liquidation)), mark, RATIO_DIGITS, "down") : null,
  };
}

/** Share of a position that is a whole number of steps; at least one step of a position that has one. */
export function partOf(size: Decimal, numerator: number, denominator: number, step: Decimal): Decimal {
  const steps = divide(multiply(size, { units: BigInt(numerator), scale: 0 }), multiply(step, { units: BigInt(denominator), scale: 0 }), 0, "down");
  return multiply(steps, step);
}
