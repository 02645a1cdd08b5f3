import { describe, expect, it } from "vitest";
import { OURS, SIGNER as WALLET, wire, type Call } from "@/testing/transactions";
import { decodeBase58, encodeBase58 } from "./base58";
import { objections, SYSTEM_PROGRAM } from "./guard";
import { MalformedTransaction, parseTransaction, withSignature } from "./message";

const FOREIGN = encodeBase58(new Uint8Array(32).fill(66));
const ours: Call = { program: OURS, data: [1, 2, 3] };

describe("base58", () => {
  it("keeps leading zero bytes", () => {
    const bytes = Uint8Array.from([0, 0, 1, 255]);
    expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes);
    expect(decodeBase58(SYSTEM_PROGRAM)).toEqual(new Uint8Array(32));
  });

  it("refuses letters outside its alphabet", () => expect(() => decodeBase58("0OIl")).toThrow("base58"));
});

describe("a transaction's bytes", () => {
  it.each([undefined, 0] as const)("are read with version %s", (version) => {
    const parsed = parseTransaction(wire([ours], version === 0 ? { version } : {}));
    expect(parsed.version).toBe(version ?? "legacy");
    expect(parsed.feePayer).toBe(WALLET);
    expect(parsed.signers).toEqual([WALLET]);
    expect(parsed.instructions).toEqual([{ programId: OURS, accounts: [WALLET], data: Uint8Array.from([1, 2, 3]) }]);
  });

  it("take a signature without another byte changing", () => {
    const before = wire([ours]);
    const signed = withSignature(parseTransaction(before), WALLET, new Uint8Array(64).fill(9));
    expect(signed.slice(1, 65)).toEqual(new Uint8Array(64).fill(9));
    expect(signed.slice(65)).toEqual(before.slice(65));
  });

  it("are refused when cut short, longer than they say, or of another version", () => {
    const whole = wire([ours]);
    expect(() => parseTransaction(whole.slice(0, -1))).toThrow(MalformedTransaction);
    expect(() => parseTransaction(Uint8Array.from([...whole, 0]))).toThrow("follow its end");
    expect(() => parseTransaction(Uint8Array.from([1, ...new Array<number>(64).fill(0), 0x81]))).toThrow("version 1");
  });
});

describe("what may be signed", () => {
  const judge = (bytes: Uint8Array): string[] => objections(parseTransaction(bytes), OURS, WALLET);

  it("is our program with helpers of the allow-list", () => {
    expect(judge(wire([{ program: "ComputeBudget111111111111111111111111111111", data: [2] }, ours]))).toEqual([]);
  });

  it("is nothing with a program off the allow-list", () => {
    expect(judge(wire([ours, { program: FOREIGN, data: [] }])).join()).toContain(FOREIGN);
  });

  it("is nothing that advances a durable nonce", () => {
    expect(judge(wire([{ program: SYSTEM_PROGRAM, data: [4, 0, 0, 0] }, ours])).join()).toContain("durable nonce");
  });

  it("is nothing without an instruction of ours", () => {
    expect(judge(wire([{ program: SYSTEM_PROGRAM, data: [2, 0, 0, 0] }])).join()).toContain("no instruction of this exchange");
  });

  it("is nothing that hides accounts in a lookup table", () => {
    expect(judge(wire([ours], { version: 0, tables: 1 })).join()).toContain("lookup table");
  });

  it("is nothing that another wallet signs", () => {
    expect(objections(parseTransaction(wire([ours])), OURS, FOREIGN).join()).toContain("not by your wallet");
  });
});
