import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { AgeOf, Hatchable } from "@/components/Panel";
import { Segmented } from "@/components/Segmented";
import { Empty, Failed } from "@/components/states";
import { reason } from "@/lib/api/client";
import type { Candle, CandleSource, Market, Resolution } from "@/lib/api/models";
import { useTriggers } from "@/lib/api/queries";
import { decimal, sign, subtract } from "@/lib/decimal/decimal";
import { compact, dateAndClock, fixed } from "@/lib/decimal/format";
import { useFreshness } from "@/lib/freshness/freshness";
import { useAccount } from "@/lib/state/account";
import { prefer, usePreferences } from "@/lib/state/preferences";
import { toneOf } from "@/components/Number";
import { candleStore, finestWithEnough, followCandles, keyOfCandles, loadOlder, RESOLUTIONS } from "./candles";
import type { ChartLine } from "./ChartCanvas";

const ChartCanvas = lazy(() => import("./ChartCanvas"));

const SOURCES: readonly { value: CandleSource; label: string; title: string }[] = [
  { value: "trade", label: "Last", title: "Trades on this exchange" },
  { value: "mark", label: "Mark", title: "Mark price: what margin and liquidation use" },
  { value: "index", label: "Index", title: "The price source's index" },
];

/** What the chosen (or, until the user chooses, the fitting) resolution is; null while that is being found out. */
function useResolution(symbol: string, source: CandleSource): { resolution: Resolution | null; error: string | null; retry: () => void } {
  const chosen = usePreferences((all) => all.resolution);
  const [fitting, setFitting] = useState<{ symbol: string; resolution: Resolution } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (chosen) return;
    let current = true;
    finestWithEnough(symbol, source).then(
      (resolution) => {
        if (!current) return;
        setError(null);
        setFitting({ symbol, resolution });
      },
      (failure: unknown) => current && setError(reason(failure)),
    );
    return () => {
      current = false;
    };
  }, [symbol, source, chosen, attempt]);
  const resolution = chosen ?? (fitting?.symbol === symbol ? fitting.resolution : null);
  return { resolution, error: resolution ? null : error, retry: () => setAttempt(attempt + 1) };
}

/** Own orders, entry, liquidation and exit prices of this market. */
function useLines(symbol: string): readonly ChartLine[] {
  const { openOrders, positions, wallet } = useAccount();
  const triggers = useTriggers(positions.length ? wallet : null).data;
  return useMemo(() => {
    const lines: ChartLine[] = [];
    for (const order of openOrders) {
      if (order.market !== symbol || order.price === null) continue;
      const title = `${order.side === "buy" ? "Buy" : "Sell"} ${order.remaining}`;
      lines.push({ id: order.order_id ?? order.signature, price: order.price, title, tone: order.side, dashed: true });
    }
    const position = positions.find((each) => each.market === symbol);
    if (position) {
      lines.push({ id: "entry", price: position.entry_price, title: `Entry ${position.side}`, tone: "accent", dashed: false });
      if (position.liquidation_price) lines.push({ id: "liquidation", price: position.liquidation_price, title: "Liquidation", tone: "warn", dashed: false });
    }
    for (const trigger of triggers ?? []) {
      if (trigger.market !== symbol) continue;
      const title = trigger.kind === "stop" ? "Stop loss" : "Take profit";
      lines.push({ id: `trigger ${trigger.id}`, price: trigger.trigger_price, title, tone: trigger.kind === "stop" ? "sell" : "buy", dashed: true });
    }
    return lines;
  }, [openOrders, positions, symbol, triggers]);
}

function Legend({ bar, market, hasVolume, unknownBeforeMs }: { bar: Candle | null; market: Market; hasVolume: boolean; unknownBeforeMs: number | null }): ReactNode {
  const tone = bar ? toneOf(sign(subtract(decimal(bar.c), decimal(bar.o)))) : "";
  const part = (label: string, value: string): ReactNode => (
    <span key={label}>
      <span className="text-text-3">{label}</span> <span className={tone}>{value}</span>
    </span>
  );
  return (
    <div className="pointer-events-none absolute top-1.5 left-3 z-[5] flex flex-col gap-0.5">
      <p className="num flex flex-wrap gap-x-2.5 text-caption">
        {bar && (["o", "h", "l", "c"] as const).map((key) => part(key.toUpperCase(), fixed(bar[key], market.price_decimals)))}
        {bar && hasVolume && part("V", compact(bar.v))}
      </p>
      {unknownBeforeMs !== null && <p className="text-caption text-text-3">Unknown before {dateAndClock(unknownBeforeMs)}</p>}
    </div>
  );
}

export function Chart({ market, className = "" }: { market: Market; className?: string }): ReactNode {
  const source = usePreferences((all) => all.candleSource);
  const theme = usePreferences((all) => all.theme);
  const { resolution, error, retry } = useResolution(market.symbol, source);
  const view = useSyncExternalStore(candleStore.subscribe, candleStore.shown);
  const lines = useLines(market.symbol);
  const [hovered, setHovered] = useState<Candle | null>(null);

  useEffect(() => (resolution ? followCandles(market.symbol, resolution, source) : undefined), [market.symbol, resolution, source]);

  const key = resolution ? keyOfCandles(market.symbol, resolution, source) : "";
  const bars = view.key === key ? view.bars : [];
  const ready = view.key === key && key !== "";
  const selector = { channel: "candles", market: market.symbol, source, ...(resolution ? { resolution } : {}) } as const;
  const freshness = useFreshness(selector);
  const older = (): void => {
    if (resolution) void loadOlder(market.symbol, resolution, source).catch(() => undefined);
  };
  const short = ready && bars.length > 0 && bars.length < 500 && view.unknownBeforeMs === null;
  useEffect(() => {
    if (short && resolution) void loadOlder(market.symbol, resolution, source).catch(() => undefined);
  }, [short, market.symbol, resolution, source]);

  return (
    <section aria-label={`${market.symbol} chart`} className={`flex min-h-0 min-w-0 flex-col bg-surface-1 ${className}`}>
      <header className="flex h-8 shrink-0 items-center gap-1 overflow-x-auto border-b border-line px-2 [scrollbar-width:none]">
        <div role="group" aria-label="Resolution" className="flex">
          {RESOLUTIONS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === resolution}
              onClick={() => prefer({ resolution: each })}
              className="num h-6 min-w-7 rounded-[3px] px-1.5 text-text-3 hover:text-text-1 aria-pressed:bg-surface-3 aria-pressed:text-text-1 pointer-coarse:h-8"
            >
              {each}
            </button>
          ))}
        </div>
        <Segmented label="Candles of" value={source} options={SOURCES} onChange={(candleSource) => prefer({ candleSource })} className="ml-2" />
        <div className="ml-auto flex items-center gap-3 pl-3">
          <AgeOf of={selector} />
        </div>
      </header>
      <Hatchable of={selector}>
        <div data-testid="chart" className="relative min-h-0 flex-1">
          {error ? (
            <Failed what="The chart could not be loaded." why={error} onRetry={retry} />
          ) : !ready && freshness.state !== "stale" ? (
            <ChartSkeleton />
          ) : bars.length === 0 ? (
            <Empty>No {source === "trade" ? "trade" : source} candle yet. The exchange shows only what it has seen; the first bar appears with the first {source === "trade" ? "trade" : "price"}.</Empty>
          ) : (
            <>
              <Legend bar={hovered ?? bars.at(-1) ?? null} market={market} hasVolume={source === "trade"} unknownBeforeMs={view.unknownBeforeMs} />
              <a
                href="https://www.tradingview.com/"
                target="_blank"
                rel="noopener noreferrer"
                className="absolute bottom-8 left-2 z-[5] bg-surface-1 px-1 text-caption text-text-3 hover:text-text-1"
              >
                Chart by TradingView
              </a>
              <Suspense fallback={<ChartSkeleton />}>
                <ChartCanvas
                  bars={bars}
                  seriesKey={key}
                  hasVolume={source === "trade"}
                  priceDecimals={market.price_decimals}
                  lines={lines}
                  theme={theme}
                  onHover={setHovered}
                  onReachStart={older}
                />
              </Suspense>
            </>
          )}
        </div>
      </Hatchable>
    </section>
  );
}

const HEIGHTS = [38, 45, 41, 52, 60, 55, 49, 57, 66, 62, 70, 64, 58, 61, 53, 47, 50, 44, 48, 56];

function ChartSkeleton(): ReactNode {
  return (
    <div role="status" aria-label="Loading the chart" className="flex h-full items-end gap-2 px-6 pb-10">
      {HEIGHTS.map((height, index) => (
        <span key={index} className="skeleton flex-1" style={{ height: `${height}%` }} />
      ))}
    </div>
  );
}
