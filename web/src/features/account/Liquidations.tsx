import { useMemo, type ReactNode } from "react";
import { toneOf } from "@/components/Number";
import { Table, type Column } from "@/components/Table";
import type { Market } from "@/lib/api/models";
import { sign } from "@/lib/decimal/decimal";
import { dateAndClock, fixed, shortKey, signedDollars, UNKNOWN } from "@/lib/decimal/format";
import { STEP_NAMES, whyOf, type Step } from "@/lib/liquidation/steps";

const DONE = { buy: "Bought", sell: "Sold" } as const;

/** Every step of liquidation that the account was part of, and why it came. */
export function Liquidations({ steps, markets }: { steps: readonly Step[]; markets: readonly Market[] }): ReactNode {
  const columns = useMemo((): readonly Column<Step>[] => {
    const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
    return [
      { key: "time", title: "Time", words: true, cell: (step) => <time className="num text-text-2">{dateAndClock(step.tsMs)}</time> },
      { key: "market", title: "Market", words: true, cell: (step) => <span className="font-medium">{step.market}</span> },
      {
        key: "kind",
        title: "Step",
        words: true,
        cell: (step) => (
          <span className="text-warn" title={whyOf(step)}>
            {STEP_NAMES[step.kind]}
          </span>
        ),
      },
      {
        key: "size",
        title: "Size",
        cell: ({ market, size, side, kind }) => {
          if (size === null) return UNKNOWN;
          const amount = fixed(size, marketOf(market)?.size_decimals ?? 4);
          return side === null || kind === "force_cancel" ? amount : `${DONE[side]} ${amount}`;
        },
      },
      { key: "price", title: "Price", cell: ({ market, price }) => fixed(price, marketOf(market)?.price_decimals ?? 2) },
      { key: "pnl", title: "Realized", cell: ({ pnl }) => (pnl === null ? UNKNOWN : <span className={toneOf(sign(pnl))}>{signedDollars(pnl)}</span>) },
      {
        key: "signature",
        title: "Transaction",
        cell: ({ signature }) => (
          <button type="button" className="num text-text-3 hover:text-accent" title={`${signature}: copy`} onClick={() => void navigator.clipboard.writeText(signature)}>
            {shortKey(signature)}
          </button>
        ),
      },
    ];
  }, [markets]);
  return (
    <>
      <Table label="Steps of liquidation" columns={columns} rows={steps} rowKey={(step) => step.id} rowTestId="liquidation-step" />
      <Explained steps={steps} />
    </>
  );
}

/** What each kind of step in the list means, once. */
function Explained({ steps }: { steps: readonly Step[] }): ReactNode {
  const kinds = [...new Map(steps.map((step) => [step.kind, step])).values()];
  return (
    <dl className="flex max-w-2xl flex-col gap-1.5 px-3 py-2 text-caption">
      {kinds.map((step) => (
        <div key={step.kind}>
          <dt className="inline text-text-2">{STEP_NAMES[step.kind]}: </dt>
          <dd className="inline text-text-3">{whyOf(step)}</dd>
        </div>
      ))}
    </dl>
  );
}
