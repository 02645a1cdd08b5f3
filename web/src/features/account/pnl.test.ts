import { describe, expect, it } from "vitest";
import { decimal, toShortText, toText, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { market, position } from "@/testing/samples";
import { livePosition, partOf } from "./pnl";
import { closingOrder } from "./Positions";

const text = (value: Decimal | null): string => toShortText(value ?? ZERO);

describe("a position at the present mark", () => {
  it("gains with the mark when long, and loses when short", () => {
    expect(text(livePosition(position(), "141.5").pnl)).toBe("3");
    expect(text(livePosition(position({ side: "short" }), "141.5").pnl)).toBe("-3");
  });

  it("has its return over the initial margin", () => expect(text(livePosition(position({ initial_margin: "10" }), "141").roe)).toBe("0.2"));

  it("knows how far liquidation is", () => expect(text(livePosition(position({ liquidation_price: "100" }), "125").liquidationDistance)).toBe("0.2"));

  it("has no profit while no mark is known", () => expect(livePosition(position({ mark_price: null }), null).pnl).toBeNull());
});

describe("closing", () => {
  it("half rounds down to the lot and never to more than half", () => {
    expect(toText(partOf(decimal("0.05"), 1, 2, decimal("0.01")))).toBe("0.02");
    expect(closingOrder(position({ size: "0.01" }), market(), 1, 2)).toBeNull();
  });

  it("is a reduce-only order the other way", () => {
    expect(closingOrder(position({ side: "short" }), market(), 1, 1)).toMatchObject({ side: "buy", size: "2", reduce_only: true, type: "market" });
  });
});
