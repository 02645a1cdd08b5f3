import { memo, type ReactNode } from "react";
import { Digits } from "@/components/Number";
import { Panel } from "@/components/Panel";
import { Empty, SkeletonRows } from "@/components/states";
import type { Market, Trade } from "@/lib/api/models";
import { clock, fixed } from "@/lib/decimal/format";
import { useFreshness } from "@/lib/freshness/freshness";
import { useTape } from "@/lib/state/market";

const Row = memo(function Row({ trade, market }: { trade: Trade; market: Market }): ReactNode {
  return (
    <li className="grid h-5 grid-cols-[1.1fr_1fr_1fr] items-center px-3 text-right" title={trade.liquidation ? "Liquidation" : undefined}>
      <span className={`num text-left ${trade.side === "buy" ? "text-buy" : "text-sell"}`}>
        <span className="sr-only">{trade.side === "buy" ? "Bought at" : "Sold at"} </span>
        {fixed(trade.price, market.price_decimals)}
        {trade.liquidation && (
          <span className="ml-1 text-caption text-warn">
            <span aria-hidden="true">L</span>
            <span className="sr-only"> in a liquidation</span>
          </span>
        )}
      </span>
      <Digits text={fixed(trade.size, market.size_decimals)} />
      <time className="num text-text-3">{clock(trade.ts_ms)}</time>
    </li>
  );
});

export function Tape({ market, className = "" }: { market: Market; className?: string }): ReactNode {
  const tape = useTape();
  const freshness = useFreshness({ channel: "trades", market: market.symbol });
  const waiting = tape.symbol !== market.symbol;
  return (
    <Panel title="Trades" of={{ channel: "trades", market: market.symbol }} className={className}>
      <div className="grid h-6 shrink-0 grid-cols-[1.1fr_1fr_1fr] items-center px-3 text-right text-caption text-text-3">
        <span className="text-left">Price</span>
        <span>Size {market.base}</span>
        <span>Time</span>
      </div>
      {waiting && freshness.state !== "stale" ? (
        <SkeletonRows rows={10} columns={["w-16", "ml-auto w-12", "w-14"]} />
      ) : tape.trades.length === 0 ? (
        <Empty>No trade in {market.symbol} yet. The first fill appears here.</Empty>
      ) : (
        <ol data-testid="tape" tabIndex={0} aria-label="Trades, newest first" className="min-h-0 flex-1 overflow-y-auto">
          {tape.trades.map((trade) => (
            <Row key={trade.id} trade={trade} market={market} />
          ))}
        </ol>
      )}
    </Panel>
  );
}
