import { describe, expect, it } from "vitest";
import { WALLET } from "@/testing/samples";
import { freshDelegation, problemsOf, wordsOf, type Delegation } from "./delegation";

const BOT = "7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs";
const bounded: Delegation = { ...freshDelegation(["SOL-PERP"]), key: BOT, order: "500", position: "1000", day: "5000" };

describe("a delegate", () => {
  it("that is bounded has nothing wrong with it", () => {
    expect(Object.values(problemsOf(bounded, WALLET)).filter(Boolean)).toEqual([]);
  });

  it.each([
    ["key", { key: "you" }, "32 bytes in base58"],
    ["key", { key: WALLET }, "needs no rights"],
    ["markets", { markets: [] }, "at least one market"],
    ["order", { order: "0" }, "above 0"],
    ["position", { position: "" }, "above 0"],
    ["day", { day: "1.0000001" }, "6 decimals"],
  ] as const)("needs a right %s: %j", (field, change, said) => expect(problemsOf({ ...bounded, ...change }, WALLET)[field]).toContain(said));

  it("lives from now on, in whole seconds, and never moves money", () => {
    expect(wordsOf({ ...bounded, key: ` ${BOT} `, lifetime: "1h" }, 1_800_000_000_123)).toEqual({
      delegate: BOT,
      expires_at_ms: 1_800_003_600_000,
      markets: ["SOL-PERP"],
      max_order_notional: "500",
      max_position_notional: "1000",
      daily_notional: "5000",
      reduce_only: false,
    });
  });
});
