/**
 * The connected wallet: found through Wallet Standard, reconnected silently on the next visit, followed through
 * `standard:events` so that switching accounts inside the wallet switches the terminal too.
 */
import { getWallets } from "@wallet-standard/app";
import type { Wallet, WalletAccount } from "@wallet-standard/base";
import { create } from "zustand";
import { canTradeOn, CONNECT, DISCONNECT, EVENTS, feature, SIGN_IN, SIGN_MESSAGE, SIGN_TRANSACTION } from "./standard";

const REMEMBERED = "quantdesk.wallet";

export interface WalletState {
  readonly available: readonly Wallet[];
  readonly wallet: Wallet | null;
  readonly account: WalletAccount | null;
  readonly connecting: string | null;
  readonly error: string | null;
}

export const useWallet = create<WalletState>(() => ({
  available: [],
  wallet: null,
  account: null,
  connecting: null,
  error: null,
}));

export class NoWallet extends Error {
  constructor() {
    super("No wallet is connected. Connect one and try again.");
    this.name = "NoWallet";
  }
}

let chain: string | null = null;
let stopFollowing: (() => void) | null = null;

/** Lists the wallets of this chain, now and as they appear, and reconnects the remembered one without a prompt. */
export function watchWallets(onChain: string): () => void {
  chain = onChain;
  const registry = getWallets();
  const refresh = (): void => {
    const available = registry.get().filter((wallet) => canTradeOn(wallet, onChain));
    useWallet.setState({ available });
    const remembered = available.find((wallet) => wallet.name === localStorage.getItem(REMEMBERED));
    const { wallet, connecting } = useWallet.getState();
    if (remembered && !wallet && !connecting) void connectWallet(remembered, true);
  };
  const off = [registry.on("register", refresh), registry.on("unregister", refresh)];
  refresh();
  return () => off.forEach((stop) => stop());
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function usable(accounts: readonly WalletAccount[]): WalletAccount | null {
  return accounts.find((account) => chain !== null && (account.chains as readonly string[]).includes(chain)) ?? accounts[0] ?? null;
}

function follow(wallet: Wallet): void {
  stopFollowing?.();
  stopFollowing =
    feature(wallet, EVENTS)?.on("change", ({ accounts }) => {
      if (!accounts) return;
      const account = usable(accounts);
      if (account) useWallet.setState({ account });
      else forget();
    }) ?? null;
}

/** Connects; `silent` never prompts and leaves no error behind when the wallet declines. */
export async function connectWallet(wallet: Wallet, silent = false): Promise<void> {
  const connect = feature(wallet, CONNECT);
  if (!connect) return;
  useWallet.setState({ connecting: wallet.name, error: null });
  try {
    const { accounts } = await connect.connect(silent ? { silent: true } : undefined);
    const account = usable(accounts);
    if (!account) {
      if (!silent) useWallet.setState({ error: `${wallet.name} shared no account.` });
      return;
    }
    localStorage.setItem(REMEMBERED, wallet.name);
    follow(wallet);
    useWallet.setState({ wallet, account });
  } catch (error) {
    if (!silent) useWallet.setState({ error: `${wallet.name}: ${message(error)}` });
  } finally {
    useWallet.setState({ connecting: null });
  }
}

function forget(): void {
  stopFollowing?.();
  stopFollowing = null;
  localStorage.removeItem(REMEMBERED);
  useWallet.setState({ wallet: null, account: null });
}

export async function disconnectWallet(): Promise<void> {
  const { wallet } = useWallet.getState();
  forget();
  if (wallet) await feature(wallet, DISCONNECT)?.disconnect();
}

function connected(): { wallet: Wallet; account: WalletAccount } {
  const { wallet, account } = useWallet.getState();
  if (!wallet || !account) throw new NoWallet();
  return { wallet, account };
}

/** The transaction's wire bytes with the wallet's signature. The wallet may add instructions of its own. */
export async function signTransaction(transaction: Uint8Array): Promise<Uint8Array> {
  const { wallet, account } = connected();
  const sign = feature(wallet, SIGN_TRANSACTION);
  if (!sign || !chain) throw new NoWallet();
  const [signed] = await sign.signTransaction({ account, transaction, chain });
  if (!signed) throw new Error(`${wallet.name} returned no signed transaction.`);
  return signed.signedTransaction;
}

export interface SignedText {
  readonly message: string;
  readonly signature: Uint8Array;
}

/** Signs in: through `solana:signIn` where the wallet composes the text, else by signing the server's text. */
export async function signInText(input: object, text: string): Promise<SignedText> {
  const { wallet, account } = connected();
  const signIn = feature(wallet, SIGN_IN);
  if (signIn) {
    const [signed] = await signIn.signIn(input);
    if (signed) return { message: new TextDecoder().decode(signed.signedMessage), signature: signed.signature };
  }
  const signer = feature(wallet, SIGN_MESSAGE);
  if (!signer) throw new Error(`${wallet.name} can't sign messages, so it can't sign in.`);
  const [signed] = await signer.signMessage({ account, message: new TextEncoder().encode(text) });
  if (!signed) throw new Error(`${wallet.name} returned no signature.`);
  return { message: new TextDecoder().decode(signed.signedMessage), signature: signed.signature };
}

