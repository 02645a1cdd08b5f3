import type { ReactNode } from "react";
import { toneOf } from "@/components/Number";
import { Table, type Column } from "@/components/Table";
import type { Fill, LiquidationStep, Market, Transfer } from "@/lib/api/models";
import { decimal, multiply, sign } from "@/lib/decimal/decimal";
import { dateAndClock, dollars, fixed, shortKey, signedDollars, UNKNOWN } from "@/lib/decimal/format";

const time = (ms: number): ReactNode => <time className="num text-text-2">{dateAndClock(ms)}</time>;

const signature = (text: string): ReactNode => (
  <button
    type="button"
    className="num text-text-3 hover:text-accent"
    title={`${text}: copy`}
    onClick={() => void navigator.clipboard.writeText(text)}
  >
    {shortKey(text)}
  </button>
);

function Role({ fill }: { fill: Fill }): ReactNode {
  const sold = fill.liquidation && fill.role === "taker";
  return sold ? (
    <span className="text-warn" title="A keeper closed it: the account was under maintenance margin">liquidation</span>
  ) : (
    <span className="text-text-2">{fill.role}</span>
  );
}

export function Fills({ fills, markets }: { fills: readonly Fill[]; markets: readonly Market[] }): ReactNode {
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const columns: readonly Column<Fill>[] = [
    { key: "time", title: "Time", words: true, cell: (fill) => time(fill.ts_ms) },
    {
      key: "market",
      title: "Market",
      words: true,
      cell: (fill) => (
        <span className="font-medium">
          {fill.market} <span className={fill.side === "buy" ? "text-buy" : "text-sell"}>{fill.side === "buy" ? "Bought" : "Sold"}</span>
        </span>
      ),
    },
    { key: "role", title: "Role", words: true, cell: (fill) => <Role fill={fill} /> },
    { key: "price", title: "Price", cell: (fill) => fixed(fill.price, marketOf(fill.market)?.price_decimals ?? 2) },
    { key: "size", title: "Size", cell: (fill) => fixed(fill.size, marketOf(fill.market)?.size_decimals ?? 4) },
    { key: "value", title: "Value", cell: (fill) => dollars(multiply(decimal(fill.price), decimal(fill.size))) },
    { key: "fee", title: "Fee", hint: "Paid, or with a minus received", cell: (fill) => dollars(fill.fee, 4) },
    {
      key: "pnl",
      title: "Realized",
      cell: (fill) => <span className={toneOf(sign(decimal(fill.realized_pnl)))}>{signedDollars(fill.realized_pnl)}</span>,
    },
    { key: "signature", title: "Transaction", cell: (fill) => signature(fill.signature) },
  ];
  return <Table label="Fills" columns={columns} rows={fills} rowKey={(fill) => fill.id} rowTestId="fill" />;
}

const STEPS: Readonly<Record<LiquidationStep["kind"], string>> = {
  take_over: "Taken over",
  auto_deleverage: "Deleveraged",
  settlement: "Settled",
  resolve_bankruptcy: "Debt paid",
};

/** Positions that left or came without the book, and debts that insurance paid. */
export function LiquidationSteps({ steps, markets }: { steps: readonly LiquidationStep[]; markets: readonly Market[] }): ReactNode {
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const columns: readonly Column<LiquidationStep>[] = [
    { key: "time", title: "Time", words: true, cell: (step) => time(step.ts_ms) },
    { key: "market", title: "Market", words: true, cell: (step) => <span className="font-medium">{step.market}</span> },
    { key: "kind", title: "Without the book", words: true, cell: (step) => <span className="text-warn">{STEPS[step.kind]}</span> },
    { key: "price", title: "Price", cell: (step) => (step.price === null ? UNKNOWN : fixed(step.price, marketOf(step.market)?.price_decimals ?? 2)) },
    { key: "size", title: "Size", cell: (step) => (step.size === null ? UNKNOWN : fixed(step.size, marketOf(step.market)?.size_decimals ?? 4)) },
    { key: "pnl", title: "Realized", cell: (step) => (step.realized_pnl === null ? UNKNOWN : signedDollars(step.realized_pnl)) },
    { key: "paid", title: "Insurance", cell: (step) => (step.insurance_paid === null ? UNKNOWN : dollars(step.insurance_paid)) },
    { key: "signature", title: "Transaction", cell: (step) => signature(step.signature) },
  ];
  return <Table label="Liquidation without the book" columns={columns} rows={steps} rowKey={(step) => step.id} rowTestId="liquidation-step" />;
}

const KINDS: Readonly<Record<Transfer["kind"], string>> = {
  deposit: "Deposit",
  withdrawal: "Withdrawal",
  transfer_in: "Transfer in",
  transfer_out: "Transfer out",
};

export function Transfers({ transfers }: { transfers: readonly Transfer[] }): ReactNode {
  const columns: readonly Column<Transfer>[] = [
    { key: "time", title: "Time", words: true, cell: (transfer) => time(transfer.ts_ms) },
    { key: "kind", title: "Kind", words: true, cell: (transfer) => KINDS[transfer.kind] },
    { key: "amount", title: "Amount", cell: (transfer) => `${fixed(transfer.amount, 2)} ${transfer.asset}` },
    { key: "signature", title: "Transaction", cell: (transfer) => signature(transfer.signature) },
  ];
  return <Table label="Deposits and withdrawals" columns={columns} rows={transfers} rowKey={(transfer) => transfer.id} rowTestId="transfer" />;
}
