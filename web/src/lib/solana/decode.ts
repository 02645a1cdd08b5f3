/**
 * Decodes our own instructions from a transaction's bytes with the program's IDL (Anchor discriminators, Borsh), so
 * that what is shown before signing does not rest on the gateway's word.
 */
import { INSTRUCTIONS, TYPES, type IdlType } from "virtual:instructions";
import { encodeBase58 } from "./base58";
import type { CompiledInstruction } from "./message";

export type Value = string | number | bigint | boolean | null | readonly Value[] | { readonly [name: string]: Value };

export interface DecodedCall {
  readonly name: string;
  readonly args: Readonly<Record<string, Value>>;
  /** The IDL's names of the accounts, in order. */
  readonly accounts: readonly string[];
}

class Undecodable extends Error {}

const SMALL: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, i8: 1, i16: 2, i32: 4 };
const LARGE: Readonly<Record<string, number>> = { u64: 8, i64: 8, u128: 16, i128: 16 };
const DISCRIMINATOR = 8;

class Cursor {
  at = DISCRIMINATOR;
  constructor(readonly data: Uint8Array) {}

  take(count: number): Uint8Array {
    if (this.at + count > this.data.length) throw new Undecodable("it ends too early");
    const part = this.data.subarray(this.at, this.at + count);
    this.at += count;
    return part;
  }

  integer(bytes: number, signed: boolean): bigint {
    const value = this.take(bytes).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    return signed ? BigInt.asIntN(bytes * 8, value) : value;
  }
}

function named(name: string, cursor: Cursor): Value {
  const type = TYPES.find((each) => each.name === name);
  if (type?.variants) {
    const variant = type.variants[Number(cursor.integer(1, false))];
    if (variant === undefined) throw new Undecodable(`${name} has no such variant`);
    return variant;
  }
  if (type?.fields) return Object.fromEntries(type.fields.map((field) => [field.name, read(field.type, cursor)]));
  throw new Undecodable(`the type ${name} is unknown`);
}

function read(type: IdlType, cursor: Cursor): Value {
  if (typeof type !== "string") {
    if ("defined" in type) return named(type.defined.name, cursor);
    if ("vec" in type) return Array.from({ length: Number(cursor.integer(4, false)) }, () => read(type.vec, cursor));
    if ("array" in type) return Array.from({ length: type.array[1] }, () => read(type.array[0], cursor));
    return cursor.integer(1, false) === 0n ? null : read(type.option, cursor);
  }
  const small = SMALL[type];
  if (small !== undefined) return Number(cursor.integer(small, type.startsWith("i")));
  const large = LARGE[type];
  if (large !== undefined) return cursor.integer(large, type.startsWith("i"));
  if (type === "bool") return cursor.integer(1, false) !== 0n;
  if (type === "pubkey") return encodeBase58(cursor.take(32));
  throw new Undecodable(`the type ${type} is unknown`);
}

/** The call that the bytes make; null when they are none of a trader's instructions, to the last byte. */
export function decodeCall(instruction: CompiledInstruction): DecodedCall | null {
  const found = INSTRUCTIONS.find(({ discriminator }) => discriminator.every((byte, index) => instruction.data[index] === byte));
  if (!found || instruction.data.length < DISCRIMINATOR) return null;
  const cursor = new Cursor(instruction.data);
  try {
    const args = Object.fromEntries(found.args.map((arg) => [arg.name, read(arg.type, cursor)]));
    return cursor.at === instruction.data.length ? { name: found.name, args, accounts: found.accounts } : null;
  } catch (error) {
    if (error instanceof Undecodable) return null;
    throw error;
  }
}
