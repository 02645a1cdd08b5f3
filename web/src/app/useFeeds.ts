import { useEffect } from "react";
import type { Exchange, Market } from "@/lib/api/models";
import { followAccount } from "@/lib/state/account";
import { followBook } from "@/lib/state/book";
import { startStream } from "@/lib/state/connection";
import { clearDraft } from "@/lib/state/draft";
import { followTape, followTicker } from "@/lib/state/market";
import { useWallet, watchWallets } from "@/lib/wallet/session";

/** The socket and what the screen follows over it. The socket's effect must stand first: the others use it. */
export function useFeeds(exchange: Exchange, markets: readonly Market[], market: Market): void {
  const wallet = useWallet((state) => state.account?.address ?? null);
  const symbols = markets.map((each) => each.symbol).join(" ");
  useEffect(startStream, []);
  useEffect(() => {
    const stops = symbols.split(" ").map(followTicker);
    return () => stops.forEach((stop) => stop());
  }, [symbols]);
  useEffect(() => followBook(market), [market]);
  useEffect(() => followTape(market.symbol), [market.symbol]);
  useEffect(() => clearDraft, [market.symbol]);
  useEffect(() => (wallet ? followAccount(wallet) : undefined), [wallet]);
  useEffect(() => watchWallets(exchange.chain), [exchange.chain]);
}

/** Localnet builds bring a wallet of their own; in other builds this whole branch is gone. */
export async function offerDevelopmentWallet(exchange: Exchange): Promise<void> {
  if (!__LOCALNET_BUILD__ || !exchange.offers.development_wallet) return;
  const { registerDevelopmentWallet } = await import("@/lib/wallet/development");
  await registerDevelopmentWallet(exchange.cluster, exchange.chain);
}
