import { describe, expect, it } from "vitest";
import { market, trigger } from "@/testing/samples";
import type { DelegateWords, OrderWords } from "../api/instructions";
import type { DecodedCall, Value } from "../solana/decode";
import { placesExactly, revokesDelegate, setsDelegate } from "./asked";
import { cancelsTrigger, changesTrigger, setsExits, type ExitsAsked } from "./askedTriggers";

const SOL = market();
const call = (name: string, args: Record<string, Value> = {}): DecodedCall => ({ name, args, accounts: [] });

const STOP = {
  index: 3,
  market: 2,
  kind: 0,
  side: 1,
  pair: 255,
  limit_ticks: 0,
  max_slippage: 10_000,
  trigger_price: 1_200_000n, // 12,000 ticks of 100 atoms a lot
  lots: 0n,
  executor_fee: 100_000n,
  client_id: 0n,
  expires: 0n,
} as const;
const PROFIT = { ...STOP, index: 4, kind: 2, pair: 3, trigger_price: 1_600_000n } as const;
const places = (terms: Record<string, Value>): DecodedCall => call("place_trigger", { terms });
const cancels = (index: number): DecodedCall => call("cancel_trigger", { index });

const ASKED: ExitsAsked = { closing: "sell", takeProfit: "160", stopLoss: "120", size: null };

describe("the exits of a position", () => {
  const judge = (calls: readonly DecodedCall[], asked = ASKED, replaces: readonly string[] = []): string => setsExits(asked, replaces, SOL)(calls).join(" ");

  it("are what was asked for, as a pair", () => expect(judge([places(STOP), places(PROFIT)])).toBe(""));

  it("may be one alone", () => expect(judge([places(STOP)], { ...ASKED, takeProfit: null })).toBe(""));

  it.each([
    ["another market", { market: 1 }],
    ["would not sell", { side: 0 }],
    ["another price than 120", { trigger_price: 1_210_000n }],
    ["not for the whole position", { lots: 100n }],
    ["more than $0.10", { executor_fee: 1_000_000n }],
    ["another slippage", { max_slippage: 500_000 }],
    ["places no stop loss at market", { kind: 1, limit_ticks: 1 }],
    ["would not cancel each other", { index: 5 }],
  ])("are refused: %s", (said, change) => expect(judge([places({ ...STOP, ...change }), places(PROFIT)])).toContain(said));

  it("are refused when one is missing, or one too many", () => {
    expect(judge([places(STOP)])).toContain("places 1 triggers, not 2");
    expect(judge([places(STOP), places(PROFIT)], { ...ASKED, takeProfit: null })).toContain("places 2 triggers, not 1");
  });

  it("cancel those that they replace and no others", () => {
    const both = [places(STOP), places(PROFIT)];
    expect(judge([cancels(3), cancels(4), ...both], ASKED, ["19", "20"])).toBe("");
    expect(judge([cancels(3), ...both], ASKED, ["19", "20"])).toContain("other triggers");
    expect(judge([cancels(5), ...both])).toContain("other triggers");
    expect(judge([...both, call("withdraw")])).toContain("also calls withdraw");
  });
});

describe("an order with exits", () => {
  const words: OrderWords = { market: "SOL-PERP", side: "buy", type: "market", size: "2", take_profit: "160", stop_loss: "120" };
  const order = call("place_order", { market: 2, side: "Bid", kind: "ImmediateOrCancel", reduce_only: false, ticks: 14_400, lots: 200 });
  const [stop, profit] = [places({ ...STOP, lots: 200n }), places({ ...PROFIT, lots: 200n })];

  it("holds the order and exactly its exits", () => {
    expect(placesExactly(words, SOL)([order, stop, profit])).toEqual([]);
    expect(placesExactly(words, SOL)([order, stop]).join()).toContain("places 1 triggers, not 2");
    expect(placesExactly(words, SOL)([stop, profit]).join()).toContain("does not call place_order");
  });

  it("without exits may hold none", () => {
    const plain: OrderWords = { market: "SOL-PERP", side: "buy", type: "market", size: "2" };
    expect(placesExactly(plain, SOL)([order, stop]).join()).toContain("also calls place_trigger");
  });
});

describe("a change of a trigger", () => {
  const changed = trigger({ id: "19", trigger_price: "125", size: "2" });
  const terms = { ...STOP, trigger_price: 1_250_000n, lots: 200n };
  const judge = (calls: readonly DecodedCall[]): string => changesTrigger(changed, SOL)(calls).join(" ");

  it("is the same trigger in its own entry with the new price", () => expect(judge([cancels(3), places(terms)])).toBe(""));

  it.each([
    ["another trigger", { index: 4 }],
    ["another trigger", { kind: 2 }],
    ["another price than 125", { trigger_price: 1_200_000n }],
    ["size is not 2", { lots: 0n }],
    ["limit is not the market", { limit_ticks: 12_000 }],
  ])("is refused: %s", (said, change) => expect(judge([cancels(3), places({ ...terms, ...change })])).toContain(said));

  it("cancels no other", () => expect(judge([cancels(4), places(terms)])).toContain("other triggers"));
});

it("A cancel of a trigger is that cancel alone", () => {
  expect(cancelsTrigger("19")([cancels(3)])).toEqual([]);
  expect(cancelsTrigger("19")([cancels(4)])).not.toEqual([]);
  expect(cancelsTrigger("19")([cancels(3), places(STOP)])).not.toEqual([]);
});

describe("a delegate", () => {
  const KEY = "7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs";
  const words: DelegateWords = {
    delegate: KEY,
    expires_at_ms: 1_800_000_000_999,
    markets: ["SOL-PERP"],
    max_order_notional: "500",
    max_position_notional: "1000",
    daily_notional: "5000.5",
    reduce_only: true,
  };
  const terms = { delegate: KEY, expires: 1_800_000_000n, market_bitmap: 4n, max_order: 500_000_000n, max_position: 1_000_000_000n, daily_limit: 5_000_500_000n, flags: 1 };
  const judge = (change: Record<string, Value> = {}, name = "set_delegate"): string => setsDelegate(words, [SOL, market({ symbol: "BTC-PERP", index: 0 })])([call(name, { terms: { ...terms, ...change } })]).join(" ");

  it("is given exactly the rights that were asked for", () => expect(judge()).toBe(""));

  it.each([
    ["gives rights to another key", { delegate: "somebody" }],
    ["another time", { expires: 0n }],
    ["other markets", { market_bitmap: 5n }],
    ["largest order is not 500", { max_order: 0n }],
    ["largest position", { max_position: 1n }],
    ["daily limit", { daily_limit: 0n }],
    ["rights are not", { flags: 3 }],
  ])("is refused: %s", (said, change) => expect(judge(change)).toContain(said));

  it("is given nothing by another call", () => expect(judge({}, "withdraw")).toContain("does not call set_delegate"));

  it("loses its rights by a time long past, and no other key does", () => {
    const gone = call("set_delegate", { terms: { ...terms, expires: 1n } });
    expect(revokesDelegate(KEY)([gone])).toEqual([]);
    expect(revokesDelegate("somebody")([gone])).not.toEqual([]);
    expect(revokesDelegate(KEY)([call("set_delegate", { terms })])).not.toEqual([]);
  });
});
