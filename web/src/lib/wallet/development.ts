/**
 * The localnet development wallet: a Wallet Standard wallet like any other, whose key WebCrypto keeps.
 *
 * It exists only in localnet builds (the production build drops this file, and CI greps for the marker below) and
 * registers only where the page itself comes from this machine and the exchange says that it runs on localnet.
 */
import { getWallets } from "@wallet-standard/app";
import type { Wallet, WalletAccount } from "@wallet-standard/base";
import { encodeBase58 } from "../solana/base58";
import { parseTransaction, withSignature } from "../solana/message";
import { persistentKey, rawPublicKey } from "./keystore";
import { CONNECT, DISCONNECT, EVENTS, SIGN_MESSAGE, SIGN_TRANSACTION } from "./standard";

const MARKER = "quantdesk-development-wallet";
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const REMEMBERED = `${MARKER}.connected`;

const ICON =
  "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxNiAxNiI+PHJlY3Qgd2lkdGg9IjE2IiBoZWlnaHQ9IjE2IiByeD0iMyIgZmlsbD0iIzJiNjNjMCIvPjxwYXRoIGQ9Ik00IDV2NmgyLjVhMyAzIDAgMCAwIDAtNnoiIGZpbGw9IiNmZmYiLz48L3N2Zz4=" as const;

async function sign(pair: CryptoKeyPair, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes));
}

function developmentWallet(pair: CryptoKeyPair, publicKey: Uint8Array<ArrayBuffer>, chain: `${string}:${string}`): Wallet {
  const address = encodeBase58(publicKey);
  const account: WalletAccount = { address, publicKey, chains: [chain], features: [SIGN_TRANSACTION, SIGN_MESSAGE] };
  let shared: readonly WalletAccount[] = [];
  const features = {
    [CONNECT]: {
      version: "1.0.0",
      connect: (input?: { silent?: boolean }) => {
        if (input?.silent && localStorage.getItem(REMEMBERED) === null) return Promise.resolve({ accounts: [] });
        localStorage.setItem(REMEMBERED, "1");
        shared = [account];
        return Promise.resolve({ accounts: shared });
      },
    },
    [DISCONNECT]: {
      version: "1.0.0",
      disconnect: () => {
        localStorage.removeItem(REMEMBERED);
        shared = [];
        return Promise.resolve();
      },
    },
    [EVENTS]: { version: "1.0.0", on: () => () => undefined },
    [SIGN_TRANSACTION]: {
      version: "1.0.0",
      supportedTransactionVersions: ["legacy", 0],
      signTransaction: async (...inputs: { transaction: Uint8Array }[]) =>
        Promise.all(
          inputs.map(async ({ transaction }) => {
            const parsed = parseTransaction(transaction);
            return { signedTransaction: withSignature(parsed, address, await sign(pair, parsed.message)) };
          }),
        ),
    },
    [SIGN_MESSAGE]: {
      version: "1.0.0",
      signMessage: async (...inputs: { message: Uint8Array }[]) =>
        Promise.all(
          inputs.map(async ({ message }) => ({
            signedMessage: message,
            signature: await sign(pair, Uint8Array.from(message)),
          })),
        ),
    },
  };
  return {
    version: "1.0.0",
    name: "Development wallet",
    icon: ICON,
    chains: [chain],
    features,
    get accounts() {
      return shared;
    },
  };
}

/** Offers the development wallet, unless this page or this exchange is not a local one. */
export async function registerDevelopmentWallet(cluster: string, chain: string): Promise<void> {
  if (cluster !== "localnet" || !LOOPBACK.has(location.hostname) || !chain.startsWith("solana:")) return;
  const pair = await persistentKey(MARKER);
  getWallets().register(developmentWallet(pair, await rawPublicKey(pair), chain as `${string}:${string}`));
}
