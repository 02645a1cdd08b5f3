import { describe, expect, it } from "vitest";
import { market } from "@/testing/samples";
import type { OrderWords } from "../api/instructions";
import type { DecodedCall, Value } from "../solana/decode";
import { callsOnly, movesExactly, placesExactly } from "./asked";

const call = (name: string, args: Record<string, Value> = {}): DecodedCall => ({ name, args, accounts: [] });

const words: OrderWords = { market: "SOL-PERP", side: "buy", type: "limit", size: "2", price: "142.31", time_in_force: "gtc", post_only: "none", reduce_only: false };
const exact = { market: 2, side: "Bid", kind: "Limit", reduce_only: false, ticks: 14231, lots: 200 };
const judge = (args: Record<string, Value>, wanted: OrderWords = words): string => placesExactly(wanted, market())([call("place_order", args)]).join(" ");

describe("an order's bytes", () => {
  it("are what was asked for", () => expect(judge(exact)).toBe(""));

  it.each([
    [{ market: 0 }, "another market"],
    [{ side: "Ask" }, "not buy"],
    [{ lots: 2000 }, "size is not 2 SOL"],
    [{ ticks: 14232 }, "price is not 142.31"],
    [{ reduce_only: true }, "reduce-only"],
    [{ kind: "ImmediateOrCancel" }, "another way"],
  ])("with %j are refused: %s", (change, said) => expect(judge({ ...exact, ...change })).toContain(said));

  it("of a market order may have any price, since it is a cap", () => {
    const atMarket: OrderWords = { market: "SOL-PERP", side: "buy", type: "market", size: "2" };
    expect(judge({ ...exact, ticks: 99_999, kind: "ImmediateOrCancel" }, atMarket)).toBe("");
  });

  it("of a reduce-only order may be smaller but never larger", () => {
    const closing = { ...words, reduce_only: true };
    expect(judge({ ...exact, reduce_only: true, lots: 150 }, closing)).toBe("");
    expect(judge({ ...exact, reduce_only: true, lots: 250 }, closing)).toContain("size");
  });

  it("next to another call are refused", () => {
    expect(placesExactly(words, market())([call("place_order", exact), call("withdraw")]).join()).toContain("also calls withdraw");
  });
});

describe("money", () => {
  it("moves exactly as asked, and a first deposit opens the account too", () => {
    const deposit = movesExactly("deposit", "1.5", 6);
    expect(deposit([call("open_trader"), call("deposit", { amount: 1_500_000n }), call("activate")])).toEqual([]);
    expect(deposit([call("deposit", { amount: 15_000_000n })]).join()).toContain("another amount");
  });

  it("is not moved by a transaction that does not call for it", () => {
    expect(movesExactly("withdraw", "1", 6)([]).join()).toContain("does not call withdraw");
  });
});

it("A cancel only cancels", () => expect(callsOnly("cancel_order")([call("cancel_order"), call("place_order")])).toHaveLength(1));
