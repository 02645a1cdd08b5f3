/**
 * Reads the bytes of a Solana transaction, so that what the wallet is asked to sign is judged from the bytes
 * themselves and not from what the gateway says about them.
 *
 * Layout: https://solana.com/docs/core/transactions (legacy and version 0; compact-u16 lengths).
 */
import { encodeBase58 } from "./base58";

export class MalformedTransaction extends Error {
  constructor(reason: string) {
    super(`The transaction's bytes can't be read: ${reason}`);
    this.name = "MalformedTransaction";
  }
}

export interface CompiledInstruction {
  readonly programId: string;
  readonly accounts: readonly string[];
  readonly data: Uint8Array;
}

export interface ParsedTransaction {
  readonly version: "legacy" | 0;
  readonly signers: readonly string[];
  readonly feePayer: string;
  readonly blockhash: string;
  readonly instructions: readonly CompiledInstruction[];
  readonly signatures: readonly Uint8Array[];
  /** The bytes that are signed. */
  readonly message: Uint8Array<ArrayBuffer>;
  readonly usesLookupTables: boolean;
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  take(count: number): Uint8Array<ArrayBuffer> {
    if (this.at + count > this.bytes.length) throw new MalformedTransaction(`it ends at byte ${this.bytes.length}`);
    const part = Uint8Array.from(this.bytes.subarray(this.at, this.at + count));
    this.at += count;
    return part;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  compact(): number {
    let value = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) return value;
    }
    throw new MalformedTransaction("a length has more than three bytes");
  }

  rest(): Uint8Array<ArrayBuffer> {
    return this.take(this.bytes.length - this.at);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }
}

export function parseTransaction(bytes: Uint8Array): ParsedTransaction {
  const outer = new Reader(bytes);
  const signatures = Array.from({ length: outer.compact() }, () => outer.take(64));
  const message = outer.rest();
  const reader = new Reader(message);
  let required = reader.byte();
  const versioned = (required & 0x80) !== 0;
  if (versioned) {
    if ((required & 0x7f) !== 0) throw new MalformedTransaction(`message version ${required & 0x7f} is unknown`);
    required = reader.byte();
  }
  reader.take(2);
  const keys = Array.from({ length: reader.compact() }, () => encodeBase58Key(reader.take(32)));
  const blockhash = encodeBase58Key(reader.take(32));
  const key = (index: number): string => keys[index] ?? `lookup table account ${index - keys.length}`;
  const instructions = Array.from({ length: reader.compact() }, (): CompiledInstruction => {
    const programId = key(reader.byte());
    const accounts = Array.from(reader.take(reader.compact()), key);
    return { programId, accounts, data: reader.take(reader.compact()) };
  });
  const usesLookupTables = versioned && reader.compact() > 0;
  if (!usesLookupTables && reader.left) throw new MalformedTransaction(`${reader.left} bytes follow its end`);
  if (signatures.length !== required || required > keys.length || !required) {
    throw new MalformedTransaction(`it has room for ${signatures.length} signatures but needs ${required}`);
  }
  return {
    version: versioned ? 0 : "legacy",
    signers: keys.slice(0, required),
    feePayer: key(0),
    blockhash,
    instructions,
    signatures,
    message,
    usesLookupTables,
  };
}

const encodeBase58Key = (bytes: Uint8Array): string => encodeBase58(bytes);

/** The wire bytes again, with one signature put where `signer` signs. */
export function withSignature(transaction: ParsedTransaction, signer: string, signature: Uint8Array): Uint8Array {
  const place = transaction.signers.indexOf(signer);
  if (place < 0) throw new MalformedTransaction(`${signer} is not one of its signers`);
  const signatures = transaction.signatures.map((old, index) => (index === place ? signature : old));
  const wire = new Uint8Array(1 + 64 * signatures.length + transaction.message.length);
  wire[0] = signatures.length;
  signatures.forEach((each, index) => wire.set(each, 1 + 64 * index));
  wire.set(transaction.message, 1 + 64 * signatures.length);
  return wire;
}
