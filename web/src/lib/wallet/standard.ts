/** The parts of Wallet Standard and its Solana features that the terminal uses. */
import type { Wallet, WalletAccount } from "@wallet-standard/base";

export const CONNECT = "standard:connect";
export const DISCONNECT = "standard:disconnect";
export const EVENTS = "standard:events";
export const SIGN_TRANSACTION = "solana:signTransaction";
export const SIGN_MESSAGE = "solana:signMessage";
export const SIGN_IN = "solana:signIn";

export interface ConnectFeature {
  readonly connect: (input?: { silent?: boolean }) => Promise<{ accounts: readonly WalletAccount[] }>;
}

export interface DisconnectFeature {
  readonly disconnect: () => Promise<void>;
}

export interface EventsFeature {
  readonly on: (event: "change", listener: (change: { accounts?: readonly WalletAccount[] }) => void) => () => void;
}

export interface SignTransactionFeature {
  readonly signTransaction: (
    ...inputs: { account: WalletAccount; transaction: Uint8Array; chain?: string }[]
  ) => Promise<readonly { signedTransaction: Uint8Array }[]>;
}

export interface SignMessageFeature {
  readonly signMessage: (
    ...inputs: { account: WalletAccount; message: Uint8Array }[]
  ) => Promise<readonly { signedMessage: Uint8Array; signature: Uint8Array }[]>;
}

export interface SignInFeature {
  readonly signIn: (
    ...inputs: object[]
  ) => Promise<readonly { account: WalletAccount; signedMessage: Uint8Array; signature: Uint8Array }[]>;
}

interface Features {
  [CONNECT]: ConnectFeature;
  [DISCONNECT]: DisconnectFeature;
  [EVENTS]: EventsFeature;
  [SIGN_TRANSACTION]: SignTransactionFeature;
  [SIGN_MESSAGE]: SignMessageFeature;
  [SIGN_IN]: SignInFeature;
}

/** A feature by its name; absent when the wallet has none. The standard fixes the shape behind each name. */
export function feature<Name extends keyof Features>(wallet: Wallet, name: Name): Features[Name] | undefined {
  return (wallet.features as Record<string, unknown>)[name] as Features[Name] | undefined;
}

/** Whether the wallet can trade here: it connects, signs transactions, and knows the chain. */
export function canTradeOn(wallet: Wallet, chain: string): boolean {
  return CONNECT in wallet.features && SIGN_TRANSACTION in wallet.features && (wallet.chains as readonly string[]).includes(chain);
}
