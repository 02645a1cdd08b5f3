import { useRef, type ReactNode } from "react";
import { Hatchable } from "@/components/Panel";
import { Flashing, toneOf } from "@/components/Number";
import type { Market, Ticker } from "@/lib/api/models";
import { compare, decimal, multiply, sign, subtract } from "@/lib/decimal/decimal";
import { compact, countdown, fixed, signed, signedPercent, UNKNOWN } from "@/lib/decimal/format";
import { useServerNow } from "@/lib/freshness/freshness";
import { restrictionsOf } from "@/lib/restrictions/restrictions";
import { useTicker } from "@/lib/state/market";
import { show } from "@/lib/state/screen";

function Stat({ label, title, children }: { label: string; title?: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex shrink-0 flex-col justify-center" title={title}>
      <dt className="text-caption whitespace-nowrap text-text-3">{label}</dt>
      <dd className="num whitespace-nowrap text-text-1">{children}</dd>
    </div>
  );
}

/** Which way the last different value went; the direction stays until the next change. */
function useDirection(value: string | null): "buy" | "sell" | undefined {
  const held = useRef<{ value: string | null; tone: "buy" | "sell" | undefined }>({ value: null, tone: undefined });
  // Written during render on purpose: it only ever derives from the value that is being rendered.
  /* eslint-disable react-hooks/refs */
  if (value !== held.current.value) {
    const before = held.current.value;
    const tone = before === null || value === null ? undefined : compare(decimal(value), decimal(before)) > 0 ? "buy" : "sell";
    held.current = { value, tone };
  }
  return held.current.tone;
  /* eslint-enable react-hooks/refs */
}

function Funding({ ticker }: { ticker: Ticker | null }): ReactNode {
  const now = useServerNow();
  const rate = ticker?.funding_rate_1h ?? null;
  const next = ticker?.next_rate ?? null;
  return (
    <>
      <Stat label="Funding this hour" title="What longs pay shorts over this hour; negative: shorts pay">
        <span className={rate === null ? "text-text-3" : ""}>{signedPercent(rate, 4)}</span>
      </Stat>
      <Stat label="Next hour" title="What the next hour would pay, from the samples so far; and when it starts">
        <span className={next === null ? "text-text-3" : ""}>{signedPercent(next, 4)}</span>
        <span className="text-text-3"> {ticker ? countdown(ticker.next_funding_ms - now) : UNKNOWN}</span>
      </Stat>
    </>
  );
}

function Change({ ticker, places }: { ticker: Ticker | null; places: number }): ReactNode {
  const { change_24h: change, open_24h: open, last } = ticker ?? {};
  if (!change || !open || !last) return <span className="text-text-3">{UNKNOWN}</span>;
  return (
    <span className={toneOf(sign(decimal(change)))}>
      {signed(subtract(decimal(last), decimal(open)), places)} {signedPercent(change)}
    </span>
  );
}

const STATUS_WORDS: Readonly<Record<Ticker["status"], string>> = {
  initialising: "Not open yet",
  post_only: "Post-only",
  active: "Active",
  reduce_only: "Reduce-only",
  settling: "Settling",
  settled: "Settled",
};

/** Says that something is restricted; pressing it says what, and why. */
function State({ market, ticker }: { market: Market; ticker: Ticker | null }): ReactNode {
  const now = useServerNow();
  const restricted = restrictionsOf(market, ticker, now).length > 0;
  if (!ticker || (ticker.status === "active" && !restricted)) return null;
  return (
    <div className="flex shrink-0 items-center">
      <dt className="sr-only">State</dt>
      <dd>
        <button type="button" data-testid="market-state" className="target rounded-[2px] bg-warn-soft px-1.5 py-0.5 font-medium text-warn" onClick={() => show("market")}>
          {ticker.status === "active" ? "Restricted" : STATUS_WORDS[ticker.status]}
        </button>
      </dd>
    </div>
  );
}

export function MarketHeader({ market, compactLayout }: { market: Market; compactLayout?: boolean }): ReactNode {
  const ticker = useTicker(market.symbol);
  const mark = ticker?.mark ?? null;
  const direction = useDirection(mark);
  const places = market.price_decimals;
  const interest = ticker?.mark ? multiply(decimal(ticker.open_interest), decimal(ticker.mark)) : null;
  const tone = direction === "buy" ? "text-buy" : direction === "sell" ? "text-sell" : "text-text-1";
  return (
    <Hatchable of={{ channel: "ticker", market: market.symbol }} className="min-w-0 flex-row! items-stretch">
      <dl tabIndex={0} aria-label={`${market.symbol} in numbers`} className="flex min-w-0 items-stretch gap-5 overflow-x-auto px-3 [scrollbar-width:none]">
        <div className="flex shrink-0 flex-col justify-center">
          <dt className="sr-only">Mark price</dt>
          <dd data-testid="mark-price">
            <Flashing text={fixed(mark, places)} tone={direction} className={`text-price font-medium ${tone}`} />
          </dd>
        </div>
        <State market={market} ticker={ticker} />
        <Stat label="Index" title="The price source's index">
          {fixed(ticker?.index, places)}
        </Stat>
        <Stat label="24 h change">
          <Change ticker={ticker} places={places} />
        </Stat>
        {!compactLayout && (
          <Stat label="24 h high / low">
            {fixed(ticker?.high_24h, places)} <span className="text-text-3">/</span> {fixed(ticker?.low_24h, places)}
          </Stat>
        )}
        <Stat label="24 h volume">{ticker ? `$${compact(ticker.volume_quote_24h)}` : UNKNOWN}</Stat>
        <Stat label="Open interest" title={ticker ? `${fixed(ticker.open_interest, market.size_decimals)} ${market.base}` : "Unknown"}>
          {interest ? `$${compact(interest)}` : UNKNOWN}
        </Stat>
        <Funding ticker={ticker} />
      </dl>
    </Hatchable>
  );
}
