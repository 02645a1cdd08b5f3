import { INSTRUCTIONS } from "virtual:instructions";
import { describe, expect, it } from "vitest";
import { OURS } from "@/testing/transactions";
import { decodeCall, type DecodedCall } from "./decode";

function bytesOf(name: string, args: readonly number[]): Uint8Array {
  const found = INSTRUCTIONS.find((each) => each.name === name);
  if (!found) throw new Error(`the IDL has no ${name}`);
  return Uint8Array.from([...found.discriminator, ...args]);
}

const decode = (data: Uint8Array): DecodedCall | null => decodeCall({ programId: OURS, accounts: [], data });

const u32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe("an instruction of the exchange", () => {
  it("is read from its bytes, name by name", () => {
    const order = bytesOf("place_order", [2, 0, 1, 1, 1, 0, ...u32(14231), ...u32(200), ...u32(0), 0, ...u32(0), 7, ...zeros(7), ...zeros(16)]);
    expect(decode(order)).toMatchObject({
      name: "place_order",
      args: { market: 2, side: "Ask", kind: "PostOnly", reduce_only: true, self_trade: "CancelMaker", ticks: 14231, lots: 200, client_id: 7n },
    });
  });

  it("holds amounts that a float can't", () => {
    expect(decode(bytesOf("deposit", [0, ...new Array<number>(8).fill(255)]))?.args["amount"]).toBe(18446744073709551615n);
  });

  it("is unreadable when cut short, too long, or with a variant that does not exist", () => {
    const whole = bytesOf("cancel_all", [2, 0, 0]);
    expect(decode(whole)).not.toBeNull();
    expect(decode(whole.slice(0, -1))).toBeNull();
    expect(decode(Uint8Array.from([...whole, 0]))).toBeNull();
    expect(decode(bytesOf("cancel_all", [2, 0, 9]))).toBeNull();
    expect(decode(whole.slice(0, 4))).toBeNull();
  });

  it("of governance is never a trader's", () => {
    expect(INSTRUCTIONS.map((each) => each.name)).not.toContain("create_market");
  });
});
