import { describe, expect, it } from "vitest";
import type { TransactionReply } from "@/lib/api/models";
import { market } from "@/testing/samples";
import { outcome } from "./outcome";

function confirmed(data: Record<string, unknown>): string | null {
  const reply: TransactionReply = { signature: "s", slot: 1, state: "confirmed", error: null, events: [{ name: "OrdersProcessed", event_seq: "1", data }], age_ms: 1, last_valid_block_height: 1 };
  return outcome({ step: "confirmed", signature: "s", reply, why: null }, [market()]);
}

const done = { code: 0, filled: 0, resting: 0 };

describe("what a transaction did", () => {
  it("is the average price of its fills, exactly", () => {
    const fills = [{ ticks: 14230, lots: 100 }, { ticks: 14240, lots: 300 }];
    expect(confirmed({ market: 2, orders: [{ ...done, filled: 400 }], fills, removed: [] })).toBe("Filled 4 SOL at 142.38");
  });

  it("names what rests", () => {
    expect(confirmed({ market: 2, orders: [{ ...done, resting: 250 }], fills: [], removed: [] })).toBe("2.5 SOL rests in the book");
  });

  it("says when nothing happened", () => {
    expect(confirmed({ market: 2, orders: [done], fills: [], removed: [] })).toBe("Nothing filled, nothing rests");
  });

  it("counts cancelled orders", () => {
    expect(confirmed({ market: 2, orders: [], fills: [], removed: [{ lots: 1 }, { lots: 2 }] })).toBe("Cancelled 2 orders");
  });

  it("counts the exits that wait, with the order or alone", () => {
    const event = (name: string, data: Record<string, unknown> = {}) => ({ name, event_seq: "1", data });
    const told = (events: TransactionReply["events"]): string | null => {
      const reply: TransactionReply = { signature: "s", slot: 1, state: "confirmed", error: null, events, age_ms: 1, last_valid_block_height: 1 };
      return outcome({ step: "confirmed", signature: "s", reply, why: null }, [market()]);
    };
    const order = event("OrdersProcessed", { market: 2, orders: [{ ...done, filled: 100 }], fills: [{ ticks: 14230, lots: 100 }], removed: [] });
    expect(told([order, event("TriggerPlaced"), event("TriggerPlaced")])).toBe("Filled 1 SOL at 142.30; 2 exits wait for the mark price");
    expect(told([event("TriggerCancelled"), event("TriggerPlaced")])).toBe("1 exit waits for the mark price");
    expect(told([event("TriggerCancelled")])).toBe("Cancelled");
  });

  it("of a failure is the reason", () => {
    expect(outcome({ step: "failed", signature: "s", reply: null, why: "It expired." }, [])).toBe("It expired.");
  });
});
