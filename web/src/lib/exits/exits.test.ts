import { describe, expect, it } from "vitest";
import { decimal, toText } from "@/lib/decimal/decimal";
import { market, position, trigger } from "@/testing/samples";
import { exitPnl, exitProblem, exitsInWords, exitsOf, exitWarning, type Exiting } from "./exits";

const SOL = market();
const LONG: Exiting = { side: "long", entry: decimal("140"), size: decimal("2"), mark: decimal("142.30"), liquidation: decimal("113.84") };
const SHORT: Exiting = { ...LONG, side: "short", liquidation: decimal("170") };

describe("an exit's price", () => {
  it.each([
    ["take_profit", "160", LONG, null],
    ["take_profit", "142.30", LONG, "above the mark price, 142.30"],
    ["stop_loss", "120", LONG, null],
    ["stop_loss", "142.31", LONG, "below the mark price"],
    ["take_profit", "120", SHORT, null],
    ["take_profit", "160", SHORT, "below the mark price"],
    ["stop_loss", "160", SHORT, null],
    ["stop_loss", "142.3", SHORT, "above the mark price"],
    ["stop_loss", "120.005", LONG, "multiples of 0.01: 120?"],
    ["stop_loss", "0", LONG, "above 0"],
    ["stop_loss", ".", LONG, "Enter a price"],
    ["stop_loss", "", LONG, null],
  ] as const)("%s at %s of a %#: %s", (kind, text, exiting, said) => {
    const found = exitProblem(kind, text, exiting, SOL);
    if (said === null) expect(found).toBeNull();
    else expect(found).toContain(said);
  });

  it("is refused before a mark is known, never held against 0", () => {
    expect(exitProblem("take_profit", "160", { ...LONG, mark: null }, SOL)).toContain("not known yet");
  });
});

describe("what an exit would bring", () => {
  const cents = (text: string, exiting: Exiting): string => toText(exitPnl(text, exiting) ?? decimal("0.001"));

  it("is its distance from the entry, times the size", () => {
    expect(cents("160", LONG)).toBe("40.00");
    expect(cents("120", LONG)).toBe("-40.00");
    expect(cents("120", SHORT)).toBe("40.00");
  });

  it("is rounded against the user: profit down, loss up", () => {
    const odd = { ...LONG, entry: decimal("140.003"), size: decimal("1.33") };
    expect(cents("160", odd)).toBe("26.59"); // 26.59601
    expect(cents("120", odd)).toBe("-26.61"); // -26.60399
  });

  it("is unknown without an entry or a size", () => {
    expect(exitPnl("160", { ...LONG, size: null })).toBeNull();
    expect(exitPnl("160", { ...LONG, entry: null })).toBeNull();
  });

  it("is part of the sentence that is agreed to", () => {
    expect(exitsInWords({ takeProfit: "160", stopLoss: "120" }, LONG, SOL)).toBe(
      "take profit at 160.00 (about +$40.00), stop loss at 120.00 (about -$40.00), whichever comes first",
    );
    expect(exitsInWords({ takeProfit: "", stopLoss: "120" }, LONG, SOL)).toBe("stop loss at 120.00 (about -$40.00)");
  });
});

it("A stop that lies behind the liquidation price is said to come too late", () => {
  expect(exitWarning("stop_loss", "113.84", LONG, SOL)).toContain("113.84 would come first");
  expect(exitWarning("stop_loss", "113.85", LONG, SOL)).toBeNull();
  expect(exitWarning("stop_loss", "171", SHORT, SOL)).toContain("170.00");
  expect(exitWarning("take_profit", "100", LONG, SOL)).toBeNull();
});

describe("the exits of a position", () => {
  const stop = trigger({ id: "16" });
  const profit = trigger({ id: "17", kind: "take_profit", trigger_price: "160" });

  it("are its one stop and its one take profit, and none of another market or side", () => {
    const others = [trigger({ market: "BTC-PERP" }), trigger({ side: "buy" })];
    expect(exitsOf(position(), [stop, profit, ...others])).toEqual({ waiting: [stop, profit], only: { takeProfit: profit, stopLoss: stop } });
    expect(exitsOf(position(), others)).toEqual({ waiting: [], only: { takeProfit: null, stopLoss: null } });
  });

  it.each([
    ["two stops", [stop, trigger({ id: "18" })]],
    ["a limit order", [trigger({ type: "limit", price: "119" })]],
    ["two sizes", [stop, { ...profit, size: null }]],
  ])("can't be shown as one of each with %s", (_, triggers) => {
    expect(exitsOf(position(), triggers).only).toBeNull();
  });
});
