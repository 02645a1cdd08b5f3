import { useMemo, useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { toneOf } from "@/components/Number";
import { Table, type Column } from "@/components/Table";
import { buildOrder, type OrderWords } from "@/lib/api/instructions";
import type { Market, Position, Trigger } from "@/lib/api/models";
import { useTriggers } from "@/lib/api/queries";
import { compare, decimal, isZero, sign, toShortText } from "@/lib/decimal/decimal";
import { dollars, fixed, percent, signedDollars, signedPercent, UNKNOWN } from "@/lib/decimal/format";
import { exitsOf } from "@/lib/exits/exits";
import { useTickers } from "@/lib/state/market";
import { prefer } from "@/lib/state/preferences";
import { placesExactly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";
import { ExitsDialog } from "./ExitsDialog";
import { livePosition, partOf, type LivePosition } from "./pnl";

interface Row {
  readonly position: Position;
  readonly market: Market;
  readonly live: LivePosition;
  /** Waiting triggers of the wallet; null until they are known. */
  readonly triggers: readonly Trigger[] | null;
}

const CLOSE_SLIPPAGE_BPS = 100;
const NEAR_LIQUIDATION = decimal("0.05");

/** The order that closes part of a position at market; null when the part is less than one lot. */
export function closingOrder(position: Position, market: Market, numerator: number, denominator: number): OrderWords | null {
  const size = partOf(decimal(position.size), numerator, denominator, decimal(market.size_step));
  if (isZero(size)) return null;
  return {
    market: market.symbol,
    side: position.side === "long" ? "sell" : "buy",
    type: "market",
    size: toShortText(size),
    reduce_only: true,
    max_slippage_bps: CLOSE_SLIPPAGE_BPS,
  };
}

interface PositionsProps {
  positions: readonly Position[];
  markets: readonly Market[];
  wallet: string;
  programId: string;
  /** Why nothing may be closed at market now; null when it may. */
  blockedReason: (market: Market) => string | null;
}

export async function closeAtMarket(row: { position: Position; market: Market }, half: boolean, wallet: string, programId: string): Promise<void> {
  const words = closingOrder(row.position, row.market, 1, half ? 2 : 1);
  if (!words) return;
  const what = half ? "half of the" : "the whole";
  await propose({
    sentence: `${words.side === "buy" ? "Buy" : "Sell"} ${words.size} ${row.market.base} at market, reduce-only: closes ${what} ${row.position.side} of ${row.position.size} ${row.market.base}.`,
    wallet,
    programId,
    build: () => buildOrder(wallet, words),
    asked: placesExactly(words, row.market),
  });
}

/** What waits for the position; pressing it sets or changes it. */
function Exits({ row: { position, market, triggers }, onOpen }: { row: Row; onOpen: () => void }): ReactNode {
  const { waiting, only } = exitsOf(position, triggers ?? []);
  const price = (trigger: Trigger | null): string => (trigger ? fixed(trigger.trigger_price, market.price_decimals) : UNKNOWN);
  const text = waiting.length === 0 ? "Set" : only ? `${price(only.takeProfit)} / ${price(only.stopLoss)}` : `${waiting.length} waiting`;
  return (
    <Button
      tone={waiting.length ? "ghost" : "neutral"}
      size="small"
      data-testid="position-exits"
      className="num"
      disabled={triggers === null}
      aria-label={`Take profit and stop loss of ${market.symbol}: ${waiting.length ? text : "none, set them"}`}
      onClick={onOpen}
    >
      {text}
    </Button>
  );
}

function columnsOf({ wallet, programId, blockedReason }: PositionsProps, onExits: (row: Row) => void): readonly Column<Row>[] {
  return [
    {
      key: "market",
      title: "Market",
      words: true,
      cell: ({ position, market }) => (
        <button type="button" className="font-medium hover:text-accent" onClick={() => prefer({ market: market.symbol })}>
          {market.symbol}{" "}
          <span className={position.side === "long" ? "text-buy" : "text-sell"}>{position.side === "long" ? "Long" : "Short"}</span>
        </button>
      ),
    },
    { key: "size", title: "Size", cell: ({ position, market }) => `${fixed(position.size, market.size_decimals)} ${market.base}` },
    { key: "value", title: "Value", cell: ({ live }) => dollars(live.notional) },
    { key: "entry", title: "Entry", cell: ({ position, market }) => fixed(position.entry_price, market.price_decimals) },
    { key: "mark", title: "Mark", cell: ({ live, market }) => fixed(live.mark, market.price_decimals) },
    {
      key: "pnl",
      title: "PnL (ROE)",
      hint: "Unrealized, at the mark, without funding; ROE is over the position's initial margin",
      cell: ({ live }) => (
        <span data-testid="pnl" className={live.pnl ? toneOf(sign(live.pnl)) : "text-text-3"}>
          {signedDollars(live.pnl)} <span className="text-caption">({signedPercent(live.roe, 1)})</span>
        </span>
      ),
    },
    {
      key: "liquidation",
      title: "Liquidation",
      hint: "Price, and how far the mark is from it",
      cell: ({ position, market, live }) => {
        if (!position.liquidation_price) return <span className="text-text-3">none</span>;
        const near = live.liquidationDistance !== null && compare(live.liquidationDistance, NEAR_LIQUIDATION) < 0;
        return (
          <>
            {fixed(position.liquidation_price, market.price_decimals)}{" "}
            <span className={near ? "text-caption text-warn" : "text-caption text-text-3"}>{percent(live.liquidationDistance, 1)}</span>
          </>
        );
      },
    },
    {
      key: "exits",
      title: "TP / SL",
      hint: "Take profit and stop loss, by the mark price",
      cell: (row) => <Exits row={row} onOpen={() => onExits(row)} />,
    },
    { key: "margin", title: "Margin", cell: ({ position }) => (position.initial_margin === null ? UNKNOWN : dollars(position.initial_margin)) },
    {
      key: "actions",
      title: "",
      cell: (row) => {
        const why = blockedReason(row.market);
        const tooSmall = closingOrder(row.position, row.market, 1, 2) === null;
        return (
          <span className="inline-flex gap-1 font-sans tracking-normal">
            <Button size="small" disabled={why !== null || tooSmall} title={why ?? undefined} onClick={() => void closeAtMarket(row, true, wallet, programId)}>
              Half
            </Button>
            <Button
              size="small"
              data-testid="close-position"
              disabled={why !== null}
              title={why ?? "Close all of it at market"}
              onClick={() => void closeAtMarket(row, false, wallet, programId)}
            >
              Close
            </Button>
          </span>
        );
      },
    },
  ];
}

export function Positions(props: PositionsProps): ReactNode {
  const tickers = useTickers();
  const { positions, markets, wallet, programId } = props;
  const triggers = useTriggers(wallet).data ?? null;
  const [exiting, setExiting] = useState<Row | null>(null);
  const rows = useMemo(
    () =>
      positions.flatMap((position): Row[] => {
        const market = markets.find((each) => each.symbol === position.market);
        return market ? [{ position, market, live: livePosition(position, tickers[market.symbol]?.mark ?? null), triggers }] : [];
      }),
    [positions, markets, tickers, triggers],
  );
  return (
    <>
      <Table label="Positions" columns={columnsOf(props, setExiting)} rows={rows} rowKey={(row) => row.market.symbol} rowTestId="position" />
      {exiting && (
        <ExitsDialog
          position={exiting.position}
          market={exiting.market}
          triggers={exiting.triggers ?? []}
          wallet={wallet}
          programId={programId}
          onClose={() => setExiting(null)}
        />
      )}
    </>
  );
}
