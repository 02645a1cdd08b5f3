/**
 * What the terminal lets a wallet sign: only programs of the allow-list, at least one instruction of ours, no durable
 * nonce (such a transaction would never expire), no address lookup table (its accounts can't be read from the bytes).
 */
import type { ParsedTransaction } from "./message";

export const SYSTEM_PROGRAM = "11111111111111111111111111111111";

const KNOWN_PROGRAMS: Readonly<Record<string, string>> = {
  [SYSTEM_PROGRAM]: "System",
  ComputeBudget111111111111111111111111111111: "Compute budget",
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: "Token",
  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL: "Associated token",
  Ed25519SigVerify111111111111111111111111111: "Ed25519",
  MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXfDLGmfcHr: "Memo",
  Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo: "Memo",
  L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95: "Lighthouse",
};

const ADVANCE_NONCE = 4;

export function programName(programId: string, ours: string): string | null {
  return programId === ours ? "QuantDesk" : (KNOWN_PROGRAMS[programId] ?? null);
}

const isNonceAdvance = (programId: string, data: Uint8Array): boolean =>
  programId === SYSTEM_PROGRAM && data.length >= 4 && data[0] === ADVANCE_NONCE && data[1] === 0 && data[2] === 0 && data[3] === 0;

/** Why the transaction must not be signed; empty when nothing speaks against it. */
export function objections(transaction: ParsedTransaction, ours: string, wallet: string): string[] {
  const found: string[] = [];
  for (const { programId, data } of transaction.instructions) {
    if (programName(programId, ours) === null) found.push(`It calls ${programId}, a program that is not on the allow-list.`);
    if (isNonceAdvance(programId, data)) found.push("It advances a durable nonce, so it would never expire.");
  }
  if (!transaction.instructions.some(({ programId }) => programId === ours)) found.push("It holds no instruction of this exchange.");
  if (transaction.usesLookupTables) found.push("It hides accounts behind an address lookup table.");
  if (!transaction.signers.includes(wallet)) found.push(`It is to be signed by ${transaction.signers.join(", ")}, not by your wallet.`);
  return found;
}
