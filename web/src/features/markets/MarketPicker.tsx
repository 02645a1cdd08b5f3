import { Check, ChevronDown, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Market, Ticker } from "@/lib/api/models";
import { decimal, sign } from "@/lib/decimal/decimal";
import { compact, fixed, signedPercent, UNKNOWN } from "@/lib/decimal/format";
import { useTickers } from "@/lib/state/market";
import { prefer } from "@/lib/state/preferences";
import { toneOf } from "@/components/Number";
import { Popover } from "@/components/Popover";

function Row({ market, ticker, chosen, onChoose }: { market: Market; ticker: Ticker | undefined; chosen: boolean; onChoose: () => void }): ReactNode {
  const change = ticker?.change_24h ?? null;
  return (
    <button
      type="button"
      role="option"
      aria-selected={chosen}
      onClick={onChoose}
      className="grid h-9 w-full grid-cols-[16px_1fr_88px_64px_64px] items-center gap-2 px-3 text-left hover:bg-surface-3 pointer-coarse:h-11"
    >
      <span>{chosen && <Check size={12} aria-hidden className="text-accent" />}</span>
      <span className="flex items-baseline gap-2">
        <span className="font-medium">{market.symbol}</span>
        <span className="num text-caption text-text-3">{fixed(market.max_leverage, 0, "down")}×</span>
      </span>
      <span className="num text-right">{fixed(ticker?.mark, market.price_decimals)}</span>
      <span className={`num text-right ${change === null ? "text-text-3" : toneOf(sign(decimal(change)))}`}>{signedPercent(change)}</span>
      <span className="num text-right text-text-2">{ticker ? `$${compact(ticker.volume_quote_24h, 0)}` : UNKNOWN}</span>
    </button>
  );
}

function Choices({ markets, selected, close }: { markets: readonly Market[]; selected: Market; close: () => void }): ReactNode {
  const [filter, setFilter] = useState("");
  const tickers = useTickers();
  const shown = markets.filter((market) => market.symbol.toLowerCase().includes(filter.trim().toLowerCase()));
  const choose = (symbol: string): void => {
    prefer({ market: symbol });
    close();
  };
  return (
    <>
      <div className="flex h-9 items-center gap-2 border-b border-line px-3">
        <Search size={13} aria-hidden className="text-text-3" />
        <input
          autoFocus
          aria-label="Search markets"
          placeholder="Search markets"
          className="h-full flex-1 bg-transparent outline-none"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key === "Enter" && first) choose(first.symbol);
          }}
        />
      </div>
      <div aria-hidden className="grid h-6 grid-cols-[16px_1fr_88px_64px_64px] items-center gap-2 px-3 text-caption text-text-3">
        <span />
        <span>Market</span>
        <span className="text-right">Mark</span>
        <span className="text-right">24 h</span>
        <span className="text-right">Volume</span>
      </div>
      <div role="listbox" aria-label="Markets" className="max-h-80 overflow-y-auto pb-1">
        {shown.map((market) => (
          <Row
            key={market.symbol}
            market={market}
            ticker={tickers[market.symbol]}
            chosen={market.symbol === selected.symbol}
            onChoose={() => choose(market.symbol)}
          />
        ))}
      </div>
      {shown.length === 0 && <p className="px-3 py-4 text-center text-text-3">No market is called “{filter}”.</p>}
    </>
  );
}

export function MarketPicker({ markets, selected }: { markets: readonly Market[]; selected: Market }): ReactNode {
  return (
    <Popover
      label={`Market: ${selected.symbol}. Choose another`}
      testId="market-picker"
      triggerClassName="flex h-full items-center gap-2 px-3 text-title font-semibold hover:bg-surface-2"
      className="w-[420px]"
      trigger={
        <>
          {selected.symbol}
          <ChevronDown size={14} aria-hidden className="text-text-3" />
        </>
      }
      content={({ close }) => <Choices markets={markets} selected={selected} close={close} />}
    />
  );
}
