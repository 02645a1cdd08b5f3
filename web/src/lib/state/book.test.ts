import { describe, expect, it } from "vitest";
import { market } from "@/testing/samples";
import { applyLevels, groupLevels } from "./book";

const steps = market();

describe("the order book", () => {
  it("replaces levels, and removes those of size 0", () => {
    const first = applyLevels(new Map(), [["142.30", "12.5"], ["142.29", "3"]], steps, true);
    const second = applyLevels(first, [["142.30", "0"], ["142.29", "4.5"]], steps, false);
    expect([...second]).toEqual([[14229n, 450n]]);
  });

  it("forgets everything on a snapshot", () => {
    const old = new Map([[1n, 1n]]);
    expect([...applyLevels(old, [["2.00", "1"]], steps, true)]).toEqual([[200n, 100n]]);
  });

  it("is sorted with the best level first and totals that grow", () => {
    const bids = groupLevels(new Map([[14228n, 2n], [14230n, 1n]]), "bids", 1n, 10);
    expect(bids.map((level) => [level.price, level.total])).toEqual([[14230n, 1n], [14228n, 3n]]);
  });

  it("never groups a level to a better price than it has", () => {
    const side = new Map([[14233n, 5n]]);
    expect(groupLevels(side, "bids", 10n, 1)[0]?.price).toBe(14230n);
    expect(groupLevels(side, "asks", 10n, 1)[0]?.price).toBe(14240n);
  });

  it("keeps apart levels of a market that costs fractions of a cent", () => {
    const cheap = { symbol: "X", price_decimals: 8, size_decimals: 0 };
    const side = applyLevels(new Map(), [["0.00001234", "1"], ["0.00001235", "1"]], cheap, true);
    expect(groupLevels(side, "bids", 1n, 10)).toHaveLength(2);
  });
});
