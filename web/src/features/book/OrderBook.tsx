import { memo, useMemo, useRef, useState, useSyncExternalStore, type PointerEvent, type ReactNode } from "react";
import { Digits } from "@/components/Number";
import { Panel } from "@/components/Panel";
import { Empty, SkeletonRows } from "@/components/states";
import type { Market, Order } from "@/lib/api/models";
import { decimal, rescale, toText, type Decimal } from "@/lib/decimal/decimal";
import { fixed, grouped, percent, UNKNOWN } from "@/lib/decimal/format";
import { useFreshness } from "@/lib/freshness/freshness";
import { useAccount } from "@/lib/state/account";
import { bookStore, groupLevels, type Level } from "@/lib/state/book";
import { amendDraft } from "@/lib/state/draft";
import { useTicker } from "@/lib/state/market";
import { useElementHeight } from "@/components/useElementHeight";

const ROW = 20;
const CHROME = 24 + 28;
const GROUPS = [1n, 2n, 5n, 10n, 50n, 100n, 500n, 1000n];

interface RowProps {
  price: string;
  size: string;
  total: string;
  /** Share of the deepest shown total, in percent: pixels, not money. */
  depth: number;
  side: "buy" | "sell";
  own: boolean;
}

/** Further than this a finger drags the page, in pixels. */
const DRAGS = 10;

/**
 * Calls back for a press of the main button at once, for a finger when it lifts where it came down (before that it may
 * be about to scroll). Neither needs the row to be there still, as a click does: the book moves ten times a second.
 */
function onPress(down: PointerEvent, chosen: () => void): void {
  if (!down.isPrimary || down.button !== 0) return;
  if (down.pointerType !== "touch") {
    chosen();
    return;
  }
  const lifted = new AbortController();
  const { pointerId, clientX, clientY } = down;
  const options = { signal: lifted.signal };
  window.addEventListener("pointercancel", () => lifted.abort(), options);
  window.addEventListener(
    "pointerup",
    (up) => {
      lifted.abort();
      if (up.pointerId === pointerId && Math.hypot(up.clientX - clientX, up.clientY - clientY) < DRAGS) chosen();
    },
    options,
  );
}

const Row = memo(function Row({ price, size, total, depth, side, own }: RowProps): ReactNode {
  const choose = (): void => amendDraft({ type: "limit", price: price.replace(/,/g, "") });
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={`${side === "buy" ? "Bid" : "Ask"} ${price}, size ${size}${own ? ", yours" : ""}. Use this price`}
      onPointerDown={(event) => onPress(event, choose)}
      // Enter, Space and screen readers. A pointer's click was acted on; a finger's lands on whatever row is there now.
      onClick={(event) => event.detail === 0 && choose()}
      className="relative grid h-5 w-full shrink-0 grid-cols-[1.1fr_1fr_1fr] items-center px-3 text-right hover:bg-surface-3"
    >
      <span
        aria-hidden
        className={`absolute inset-y-px right-0 ${side === "buy" ? "bg-buy-soft" : "bg-sell-soft"}`}
        style={{ width: `${depth}%` }}
      />
      <span className={`num relative text-left ${side === "buy" ? "text-buy" : "text-sell"}`}>
        {own && <span aria-hidden className="absolute top-1/2 -left-2 size-1 -translate-y-1/2 rounded-full bg-accent" />}
        {price}
      </span>
      <Digits text={size} className="relative" />
      <Digits text={total} className="relative text-text-2" />
    </button>
  );
});

function rows(levels: readonly Level[], deepest: bigint, side: "buy" | "sell", market: Market, own: ReadonlySet<string>): RowProps[] {
  return levels.map(({ price, size, total }) => ({
    price: grouped(toText({ units: price, scale: market.price_decimals })),
    size: grouped(toText({ units: size, scale: market.size_decimals })),
    total: grouped(toText({ units: total, scale: market.size_decimals })),
    depth: deepest === 0n ? 0 : Number((total * 1000n) / deepest) / 10,
    side,
    own: own.has(price.toString()),
  }));
}

/** Price levels that hold orders of ours, as grouped on screen. */
function ownLevels(orders: readonly Order[], market: Market, group: bigint, side: "buy" | "sell"): ReadonlySet<string> {
  const levels = new Set<string>();
  for (const order of orders) {
    if (order.market !== market.symbol || order.side !== side || order.price === null) continue;
    const price = rescale(decimal(order.price), market.price_decimals, "down").units;
    const rest = price % group;
    levels.add((rest === 0n ? price : side === "buy" ? price - rest : price - rest + group).toString());
  }
  return levels;
}

function spreadOf(bid: Level | undefined, ask: Level | undefined, market: Market): { width: string; share: string } {
  if (!bid || !ask) return { width: UNKNOWN, share: UNKNOWN };
  const width: Decimal = { units: ask.price - bid.price, scale: market.price_decimals };
  const basisPoints = ((ask.price - bid.price) * 2_000_000n) / (ask.price + bid.price);
  return { width: toText(width), share: percent({ units: basisPoints, scale: 6 }, 3) };
}

export function OrderBook({ market, className = "" }: { market: Market; className?: string }): ReactNode {
  const view = useSyncExternalStore(bookStore.subscribe, bookStore.shown);
  const { openOrders } = useAccount();
  const freshness = useFreshness({ channel: "book", market: market.symbol });
  const [multiple, setMultiple] = useState(1n);
  const body = useRef<HTMLDivElement>(null);
  const height = useElementHeight(body);
  const count = Math.max(3, Math.floor((height - CHROME) / ROW / 2));
  const step = rescale(decimal(market.price_step), market.price_decimals, "up").units;
  const group = step * multiple;

  const content = useMemo(() => {
    const bids = groupLevels(view.bids, "bids", group, count);
    const asks = groupLevels(view.asks, "asks", group, count);
    const deepest = [bids.at(-1)?.total ?? 0n, asks.at(-1)?.total ?? 0n].reduce((a, b) => (a > b ? a : b));
    return {
      bids: rows(bids, deepest, "buy", market, ownLevels(openOrders, market, group, "buy")),
      asks: rows(asks, deepest, "sell", market, ownLevels(openOrders, market, group, "sell")),
      spread: spreadOf(groupLevels(view.bids, "bids", 1n, 1)[0], groupLevels(view.asks, "asks", 1n, 1)[0], market),
    };
  }, [view, group, count, market, openOrders]);

  const waiting = view.symbol !== market.symbol;
  return (
    <Panel
      title="Order book"
      of={{ channel: "book", market: market.symbol }}
      className={className}
      actions={
        <select
          aria-label="Group prices by"
          className="num h-6 rounded-[3px] bg-surface-2 px-1 text-caption text-text-2 hover:text-text-1"
          value={multiple.toString()}
          onChange={(event) => setMultiple(BigInt(event.target.value))}
        >
          {GROUPS.map((each) => (
            <option key={each.toString()} value={each.toString()}>
              {toText({ units: step * each, scale: market.price_decimals })}
            </option>
          ))}
        </select>
      }
    >
      <div ref={body} data-testid="order-book" className="flex min-h-0 flex-1 flex-col overflow-hidden">
        <div className="grid h-6 shrink-0 grid-cols-[1.1fr_1fr_1fr] items-center px-3 text-right text-caption text-text-3">
          <span className="text-left">Price</span>
          <span>Size {market.base}</span>
          <span>Total</span>
        </div>
        {waiting && freshness.state !== "stale" ? (
          <SkeletonRows rows={Math.max(6, count * 2)} columns={["w-16", "ml-auto w-12", "w-12"]} />
        ) : content.bids.length + content.asks.length === 0 ? (
          <Empty>Nobody is quoting {market.symbol} now. A limit order of yours would be the first.</Empty>
        ) : (
          <>
            <div data-testid="asks" className="flex min-h-0 flex-1 flex-col-reverse overflow-hidden">
              {content.asks.map((row) => (
                <Row key={row.price} {...row} />
              ))}
            </div>
            <Middle market={market} spread={content.spread} />
            <div data-testid="bids" className="flex min-h-0 flex-1 flex-col overflow-hidden">
              {content.bids.map((row) => (
                <Row key={row.price} {...row} />
              ))}
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}

function Middle({ market, spread }: { market: Market; spread: { width: string; share: string } }): ReactNode {
  const ticker = useTicker(market.symbol);
  return (
    <div className="flex h-7 shrink-0 items-center gap-3 border-y border-line bg-surface-2 px-3">
      <span className="num text-body font-medium" title="Last trade">
        {fixed(ticker?.last, market.price_decimals)}
      </span>
      <span className="ml-auto text-caption text-text-3">
        Spread <span className="num text-text-2">{spread.width}</span> <span className="num">{spread.share}</span>
      </span>
    </div>
  );
}
