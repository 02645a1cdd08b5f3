/** Sign-in with Solana: the server's nonce, signed by the wallet, for a short access token kept in memory. */
import { answered, gateway, setAccessToken, signedIn } from "../api/client";
import { encodeBase58 } from "../solana/base58";
import { NoWallet, signInText, useWallet } from "./session";

const REFRESH_AHEAD_MS = 30_000;
let expiresAt = 0;
let tokenWallet: string | null = null;

useWallet.subscribe(({ account }) => {
  if (account?.address !== tokenWallet) forgetSignIn();
});

function forgetSignIn(): void {
  tokenWallet = null;
  expiresAt = 0;
  setAccessToken(null);
}

function keep(token: { access_token: string; expires_in: number; wallet: string }): void {
  setAccessToken(token.access_token);
  tokenWallet = token.wallet;
  expiresAt = Date.now() + token.expires_in * 1000;
}

async function refreshed(wallet: string): Promise<boolean> {
  const { data } = await gateway.POST("/v1/auth/refresh");
  if (data?.wallet !== wallet) return false;
  keep(data);
  return true;
}

/** Makes sure that the connected wallet is signed in; prompts the wallet only when no session of it is left. */
export async function signIn(): Promise<void> {
  const wallet = useWallet.getState().account?.address;
  if (!wallet) throw new NoWallet();
  if (signedIn() && tokenWallet === wallet && Date.now() < expiresAt - REFRESH_AHEAD_MS) return;
  if (await refreshed(wallet)) return;
  const nonce = await answered(gateway.POST("/v1/auth/nonce", { body: { wallet } }));
  const { message, signature } = await signInText(nonce.input, nonce.message);
  keep(await answered(gateway.POST("/v1/auth/login", { body: { wallet, message, signature: encodeBase58(signature) } })));
}
