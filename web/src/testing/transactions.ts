/** Transactions as bytes, and a wallet that signs them, for tests. */
import { INSTRUCTIONS } from "virtual:instructions";
import type { Wallet, WalletAccount } from "@wallet-standard/base";
import type { BuiltTransaction } from "@/lib/api/models";
import { decodeBase58, encodeBase58 } from "@/lib/solana/base58";
import { encodeBase64 } from "@/lib/solana/base64";
import { parseTransaction, withSignature } from "@/lib/solana/message";
import { SIGN_TRANSACTION } from "@/lib/wallet/standard";

export const OURS = encodeBase58(new Uint8Array(32).fill(7));
export const SIGNER = encodeBase58(new Uint8Array(32).fill(1));

export interface Call {
  readonly program: string;
  readonly data: readonly number[];
}

/** A one-signer transaction: signature, header, keys, blockhash, instructions. */
export function wire(calls: readonly Call[], { version, tables = 0, blockhash = 5 }: { version?: 0; tables?: number; blockhash?: number } = {}): Uint8Array {
  const keys = [SIGNER, ...new Set(calls.map((call) => call.program))];
  const instructions = calls.flatMap(({ program, data }) => [keys.indexOf(program), 1, 0, data.length, ...data]);
  const header = [1, 0, keys.length - 1, keys.length];
  const message = [...header, ...keys.flatMap((key) => [...decodeBase58(key)]), ...new Array<number>(32).fill(blockhash), calls.length, ...instructions];
  return Uint8Array.from([1, ...new Array<number>(64).fill(0), ...(version === 0 ? [0x80, ...message, tables] : message)]);
}

const discriminator = INSTRUCTIONS.find((each) => each.name === "cancel_all")?.discriminator ?? [];

/** cancel_all of every order in market 2: market u16, side u8. */
export const CANCEL_ALL: Call = { program: OURS, data: [...discriminator, 2, 0, 0] };

export function built(bytes: Uint8Array, ok = true): BuiltTransaction {
  const error = ok ? null : { code: "InsufficientMargin", number: 1, message: "Not enough margin.", instruction_index: 0, field: null, value: null, expected: null };
  return {
    slot: 1,
    age_ms: 1,
    id: "1",
    transaction: encodeBase64(bytes),
    signers: [SIGNER],
    fee_payer: SIGNER,
    instructions: [],
    simulation: { ok, error, logs: [], units: 1, before: null, after: null, events: [], order_errors: [] },
    unit_limit: 1,
    priority_fee: 0,
    network_fee: 5000,
    blockhash: "b",
    last_valid_block_height: 1,
  };
}

export const ACCOUNT: WalletAccount = { address: SIGNER, publicKey: decodeBase58(SIGNER), chains: ["solana:localnet"], features: [SIGN_TRANSACTION] };

/** Signs with a fixed signature, after `change` had its way with the bytes. */
export function signingWallet(change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Wallet {
  const signTransaction = (...inputs: { transaction: Uint8Array }[]): Promise<{ signedTransaction: Uint8Array }[]> =>
    Promise.resolve(
      inputs.map(({ transaction }) => ({
        signedTransaction: withSignature(parseTransaction(change(transaction)), SIGNER, new Uint8Array(64).fill(9)),
      })),
    );
  return {
    version: "1.0.0",
    name: "Test",
    icon: "data:image/png;base64,",
    chains: ["solana:localnet"],
    accounts: [ACCOUNT],
    features: { "standard:connect": { connect: () => Promise.resolve({ accounts: [ACCOUNT] }) }, [SIGN_TRANSACTION]: { signTransaction } },
  };
}
