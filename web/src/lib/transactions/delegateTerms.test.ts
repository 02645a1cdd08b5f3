import { describe, expect, it } from "vitest";
import { market } from "@/testing/samples";
import type { Value } from "../solana/decode";
import { delegateRows } from "./delegateTerms";

const KEY = "7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs";
const terms = { delegate: KEY, expires: 1_800_000_000n, market_bitmap: 4n, max_order: 500_000_000n, max_position: 0n, daily_limit: 5_000_500_000n, flags: 0 };
const rows = (change: Record<string, Value> = {}): Record<string, string> =>
  Object.fromEntries(delegateRows({ name: "set_delegate", args: { terms: { ...terms, ...change } }, accounts: [] }, [market()]) ?? []);

describe("a delegate's rights in words", () => {
  it("are the limits that the bytes give", () => {
    expect(rows()).toMatchObject({ Key: KEY, May: "trade; never withdraw", Markets: "SOL-PERP", "Largest order": "$500.00", "Largest position": "no limit", "A day (UTC)": "$5,000.50" });
  });

  it("name what is wider than it looks", () => {
    expect(rows({ market_bitmap: 2n ** 64n - 1n })["Markets"]).toBe("SOL-PERP, every later one");
    expect(rows({ flags: 3 })["May"]).toBe("only orders that reduce, move money between your accounts; never withdraw");
  });

  it("that never end say so", () => expect(rows({ expires: 0n })["Until"]).toBe("it never expires"));

  it("are none once they are taken away", () => expect(rows({ expires: 1n })).toEqual({ Key: KEY, Rights: "none from now on" }));

  it("are of no other call", () => expect(delegateRows({ name: "withdraw", args: {}, accounts: [] }, [])).toBeNull());
});
