import { lazy, Suspense, useEffect, type ReactNode } from "react";
import { FundsDialog } from "@/features/funds/FundsDialog";
import { LiquidationNotice } from "@/features/notices/LiquidationNotice";
import { ReviewDialog } from "@/features/signing/ReviewDialog";
import { Toasts } from "@/features/signing/Toasts";
import { StaleBanner, StatusBar } from "@/features/status/StatusBar";
import { ConnectDialog } from "@/features/wallet/WalletButton";
import type { Exchange, Market } from "@/lib/api/models";
import { decimal, rescale, toText } from "@/lib/decimal/decimal";
import { grouped } from "@/lib/decimal/format";
import { tickerStore } from "@/lib/state/market";
import { usePreferences } from "@/lib/state/preferences";
import { useScreen } from "@/lib/state/screen";
import { Desktop } from "./Desktop";
import { Phone } from "./Phone";
import { Tablet } from "./Tablet";
import { TopBar } from "./TopBar";
import { offerDevelopmentWallet, useFeeds } from "./useFeeds";
import { useHotkeys } from "./useHotkeys";
import { useScreenSize } from "./useScreenSize";

const DelegatesDialog = lazy(() => import("@/features/delegates/DelegatesDialog"));
const MarketDialog = lazy(() => import("@/features/markets/MarketDialog"));

export interface Screen {
  readonly exchange: Exchange;
  readonly markets: readonly Market[];
  readonly market: Market;
}

const TITLE_EVERY_MS = 1_000;

/** The mark price in the browser's tab. */
function useTitle(market: Market): void {
  useEffect(() => {
    const write = (): void => {
      const mark = tickerStore.newest()[market.symbol]?.mark ?? null;
      const price = mark === null ? "" : `${grouped(toText(rescale(decimal(mark), market.price_decimals, "nearest")))} `;
      document.title = `${price}${market.symbol} · QuantDesk`;
    };
    write();
    const timer = setInterval(write, TITLE_EVERY_MS);
    return () => clearInterval(timer);
  }, [market]);
}

export function Trade({ exchange, markets }: { exchange: Exchange; markets: readonly Market[] }): ReactNode {
  const wanted = usePreferences((all) => all.market);
  const market = markets.find((each) => each.symbol === wanted) ?? markets[0];
  if (!market) throw new Error("Trade needs at least one market");
  return <Page exchange={exchange} markets={markets} market={market} />;
}

function Page(screen: Screen): ReactNode {
  const { exchange, markets, market } = screen;
  const size = useScreenSize();
  const dialog = useScreen((state) => state.dialog);
  useFeeds(exchange, markets, market);
  useHotkeys();
  useTitle(market);
  useEffect(() => {
    void offerDevelopmentWallet(exchange);
  }, [exchange]);
  return (
    <div className="flex h-dvh flex-col gap-px overflow-hidden bg-line">
      <StaleBanner />
      <LiquidationNotice markets={markets} />
      <TopBar {...screen} size={size} />
      {size === "desktop" ? <Desktop {...screen} /> : size === "tablet" ? <Tablet {...screen} /> : <Phone {...screen} />}
      {size !== "phone" && <StatusBar cluster={exchange.cluster} />}
      <ConnectDialog chain={exchange.chain} />
      <FundsDialog exchange={exchange} markets={markets} />
      <Suspense>
        {dialog === "delegates" && <DelegatesDialog exchange={exchange} markets={markets} />}
        {dialog === "market" && <MarketDialog exchange={exchange} market={market} />}
      </Suspense>
      <ReviewDialog markets={markets} />
      <Toasts markets={markets} />
    </div>
  );
}
