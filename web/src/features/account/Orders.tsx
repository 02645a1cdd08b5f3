import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { Table, type Column } from "@/components/Table";
import { buildCancel } from "@/lib/api/instructions";
import type { Market, Order } from "@/lib/api/models";
import { decimal, isZero } from "@/lib/decimal/decimal";
import { dateAndClock, dollars, fixed, UNKNOWN } from "@/lib/decimal/format";
import { callsOnly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";

interface OrdersProps {
  orders: readonly Order[];
  markets: readonly Market[];
}

const marketOf = (markets: readonly Market[], symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);

function describe(order: Order): string {
  const kind = order.type === "market" ? "Market" : "Limit";
  const extras = [
    order.post_only !== "none" && "post-only",
    order.time_in_force !== "gtc" && order.type !== "market" && order.time_in_force.toUpperCase(),
    order.reduce_only && "reduce-only",
  ].filter(Boolean);
  return extras.length ? `${kind}, ${extras.join(", ")}` : kind;
}

function shared(markets: readonly Market[]): Record<"time" | "market" | "type" | "price" | "size" | "filled", Column<Order>> {
  const price = (order: Order, text: string | null): string => fixed(text, marketOf(markets, order.market)?.price_decimals ?? 2);
  const size = (order: Order, text: string): string => fixed(text, marketOf(markets, order.market)?.size_decimals ?? 4);
  return {
    time: { key: "time", title: "Time", words: true, cell: (order) => <time className="num text-text-2">{dateAndClock(order.created_ms)}</time> },
    market: {
      key: "market",
      title: "Market",
      words: true,
      cell: (order) => (
        <span className="font-medium">
          {order.market} <span className={order.side === "buy" ? "text-buy" : "text-sell"}>{order.side === "buy" ? "Buy" : "Sell"}</span>
        </span>
      ),
    },
    type: { key: "type", title: "Type", words: true, cell: (order) => <span className="text-text-2">{describe(order)}</span> },
    price: { key: "price", title: "Price", cell: (order) => (order.type === "market" ? "Market" : price(order, order.price)) },
    size: { key: "size", title: "Size", cell: (order) => size(order, order.size) },
    filled: { key: "filled", title: "Filled", cell: (order) => size(order, order.filled) },
  };
}

export function OpenOrders({ orders, markets, wallet, programId }: OrdersProps & { wallet: string; programId: string }): ReactNode {
  const { time, market, type, price, size, filled } = shared(markets);
  const cancel = (order: Order, id: string): void => {
    void propose({
      sentence: `Cancel the order to ${order.side} ${order.remaining} ${marketOf(markets, order.market)?.base ?? order.market} at ${order.price ?? "market"}.`,
      wallet,
      programId,
      build: () => buildCancel(wallet, order.market, id),
      asked: callsOnly("cancel_order"),
    });
  };
  const columns: readonly Column<Order>[] = [
    time,
    market,
    type,
    price,
    size,
    filled,
    {
      key: "actions",
      title: "",
      cell: (order) => (
        <span className="font-sans tracking-normal">
          <Button size="small" data-testid="cancel-order" disabled={order.order_id === null} onClick={() => order.order_id && cancel(order, order.order_id)}>
            Cancel
          </Button>
        </span>
      ),
    },
  ];
  return <Table label="Open orders" columns={columns} rows={orders} rowKey={(order) => `${order.market}-${order.order_id ?? order.signature}`} rowTestId="open-order" />;
}

const STATUS_TONE: Readonly<Record<Order["status"], string>> = {
  open: "text-text-1",
  filled: "text-buy",
  cancelled: "text-text-2",
  expired: "text-text-2",
  rejected: "text-sell",
};

/** The program's reasons in words; what is not listed says itself. */
const REASONS: Readonly<Record<string, string>> = {
  cancelled: "",
  not_filled: "the rest found nobody",
  self_trade: "met an own order",
  outside_band: "left the trade band",
  margin: "margin did not cover it",
  evicted: "a better price took its place",
  reduce_only: "nothing left to reduce",
  dead_man: "dead man's switch",
  forced: "margin was short",
  liquidation: "liquidation",
  modified: "changed",
  settled: "the market settles",
};

export function OrderHistory({ orders, markets }: OrdersProps): ReactNode {
  const { time, market, type, price, size, filled } = shared(markets);
  const columns: readonly Column<Order>[] = [
    time,
    market,
    type,
    price,
    size,
    filled,
    {
      key: "average",
      title: "Average",
      cell: (order) => (isZero(decimal(order.filled)) ? UNKNOWN : fixed(order.average_price, marketOf(markets, order.market)?.price_decimals ?? 2)),
    },
    { key: "fees", title: "Fees", cell: (order) => dollars(order.fees, 4) },
    {
      key: "status",
      title: "Status",
      words: true,
      cell: (order) => (
        <span className={STATUS_TONE[order.status]}>
          {order.status}
          {order.reason && <span className="text-text-3"> {REASONS[order.reason] ?? order.reason}</span>}
        </span>
      ),
    },
  ];
  return <Table label="Order history" columns={columns} rows={orders} rowKey={(order) => `${order.market}-${order.order_id ?? ""}-${order.signature}-${order.created_ms}`} rowTestId="past-order" />;
}
