import { describe, expect, it } from "vitest";
import { decimal, toShortText, toText, ZERO } from "@/lib/decimal/decimal";
import type { Position } from "@/lib/api/models";
import type { Draft } from "@/lib/state/draft";
import { market, position, subAccount, ticker } from "@/testing/samples";
import { baseSize, exitingOf, exitsProblem, exitsRefused, largestSize, problemsOf, referencePrice, sentenceOf, shareOf, wordsOf } from "./sizing";

const SOL = market();

function draft(change: Partial<Draft> = {}): Draft {
  return { side: "buy", type: "limit", price: "140", size: "2", unit: "base", condition: "gtc", reduceOnly: false, leverage: 1, exits: false, takeProfit: "", stopLoss: "", ...change };
}

const problems = (change: Partial<Draft>): ReturnType<typeof problemsOf> => {
  const wanted = draft(change);
  return problemsOf(wanted, SOL, referencePrice(wanted, ticker()));
};

describe("the reference price", () => {
  it("of a market order is the side that it would meet", () => {
    expect(toText(referencePrice(draft({ type: "market" }), ticker()) ?? ZERO)).toBe("142.32");
    expect(toText(referencePrice(draft({ type: "market", side: "sell" }), ticker()) ?? ZERO)).toBe("142.29");
  });

  it("is unknown before market data arrived, never 0", () => {
    expect(referencePrice(draft({ type: "market" }), null)).toBeNull();
    expect(referencePrice(draft({ price: "0" }), ticker())).toBeNull();
  });
});

describe("a size in quote", () => {
  it("is rounded down to the lot", () => {
    const size = baseSize(draft({ unit: "quote", size: "500" }), SOL, decimal("142.32"));
    expect(toShortText(size ?? ZERO)).toBe("3.51");
  });

  it("is unknown without a price", () => expect(baseSize(draft({ unit: "quote" }), SOL, null)).toBeNull());

  it("of less than a lot is refused with the lot", () => expect(problems({ unit: "quote", size: "1" }).size).toContain("0.01 SOL"));
});

describe("the slider", () => {
  it("spans free collateral times leverage", () => {
    const largest = largestSize(draft({ leverage: 5 }), SOL, decimal("142.32"), subAccount(), null);
    expect(toShortText(largest)).toBe("35.13");
  });

  it("spans the position for a reducing order", () => {
    expect(toText(largestSize(draft({ side: "sell", reduceOnly: true }), SOL, decimal("1"), subAccount(), position()))).toBe("2");
    expect(largestSize(draft({ side: "buy", reduceOnly: true }), SOL, decimal("1"), subAccount(), position())).toEqual(ZERO);
  });

  it("gives the same lots in base and in quote", () => {
    const price = decimal("142.32");
    const quote = draft({ unit: "quote" });
    const text = shareOf(decimal("3.51"), 50, quote, SOL, price);
    expect(toShortText(baseSize({ ...quote, size: text }, SOL, price) ?? ZERO)).toBe("1.75");
  });

  it("at 0 leaves the field empty", () => expect(shareOf(decimal("3.51"), 0, draft(), SOL, decimal("1"))).toBe(""));
});

describe("a draft", () => {
  it.each([
    [{ price: "140.005" }, "price", "multiples of 0.01: 140"],
    [{ price: "" }, "price", "Enter a price"],
    [{ price: "99999999" }, "price", "highest price"],
    [{ size: "0.005" }, "size", "multiples of 0.01 SOL"],
    [{ size: "0" }, "size", "above 0"],
    [{ size: "0.05" }, "size", "at least $10"],
    [{ size: "" }, "size", "Enter a size"],
  ] as const)("of %j has its %s refused: %s", (change, field, said) => expect(problems(change)[field]).toContain(said));

  it("that closes may be small", () => expect(problems({ size: "0.05", reduceOnly: true }).size).toBeNull());

  it("becomes exactly the fields of the order", () => {
    expect(wordsOf(draft({ condition: "post" }), SOL, decimal("140"))).toEqual({
      market: "SOL-PERP",
      side: "buy",
      size: "2",
      reduce_only: false,
      type: "limit",
      price: "140",
      time_in_force: "gtc",
      post_only: "reject",
    });
    expect(wordsOf(draft({ type: "market", price: "7" }), SOL, decimal("142"))).not.toHaveProperty("price");
  });

  it("with a problem becomes no order at all", () => expect(wordsOf(draft({ size: "0.001" }), SOL, decimal("140"))).toBeNull());

  it("reads as a sentence", () => {
    const words = wordsOf(draft({ side: "sell", condition: "ioc", reduceOnly: true, size: "0.50" }), SOL, decimal("140"));
    expect(words && sentenceOf(words, SOL, "ioc")).toBe("Sell 0.5 SOL at 140.00, immediate or cancel, reduce-only");
  });
});

describe("an order's exits", () => {
  const exits = { exits: true, takeProfit: "160", stopLoss: "120" } as const;
  const wrong = (change: Partial<Draft>, held: Position | null = null): string | null => {
    const wanted = draft({ type: "market", ...exits, ...change });
    return exitsProblem(wanted, SOL, exitingOf(wanted, decimal(wanted.size), decimal("142.32"), ticker(), null), held);
  };

  it("go with an order that fills at once", () => {
    expect(wrong({})).toBeNull();
    expect(wordsOf(draft({ type: "market", ...exits }), SOL, decimal("142.32"))).toMatchObject({ take_profit: "160", stop_loss: "120" });
    expect(wordsOf(draft({ type: "market", ...exits, stopLoss: "" }), SOL, decimal("142.32"))).not.toHaveProperty("stop_loss");
  });

  it("are left out when their box is not ticked", () => {
    expect(wordsOf(draft({ type: "market", ...exits, exits: false }), SOL, decimal("142.32"))).not.toHaveProperty("take_profit");
  });

  it.each([
    ["that may rest", { type: "limit", condition: "gtc" }, "may rest first"],
    ["that is post-only", { type: "limit", condition: "post" }, "may rest first"],
    ["that only reduces", { reduceOnly: true }, "opens nothing"],
    ["of a short with the prices of a long", { side: "sell" }, "below the mark price"],
    ["with a stop above the mark", { stopLoss: "150" }, "below the mark price"],
  ] as const)("do not go with an order %s", (_, change, said) => expect(wrong(change)).toContain(said));

  it("do not go with an order that only shrinks the position, and do with one that turns it", () => {
    const short = position({ side: "short" });
    expect(wrong({ size: "2" }, short)).toContain("only shrinks your short");
    expect(wrong({ size: "3" }, short)).toBeNull();
    expect(exitsRefused(draft({ type: "market" }), decimal("2"), position())).toBeNull();
  });
});
