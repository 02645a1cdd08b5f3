import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { Table, type Column } from "@/components/Table";
import { buildCancelTrigger } from "@/lib/api/instructions";
import type { Market, Trigger } from "@/lib/api/models";
import { fixed } from "@/lib/decimal/format";
import { callsOnly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";

interface TriggersProps {
  triggers: readonly Trigger[];
  markets: readonly Market[];
  wallet: string;
  programId: string;
  onCancelled: () => void;
}

const KINDS: Readonly<Record<Trigger["kind"], string>> = { stop: "Stop", take_profit: "Take profit" };

/** Whether the mark falls to it or rises to it. */
function way(trigger: Trigger): string {
  return (trigger.kind === "stop") === (trigger.side === "sell") ? "falls to" : "rises to";
}

export function Triggers({ triggers, markets, wallet, programId, onCancelled }: TriggersProps): ReactNode {
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const price = (trigger: Trigger, text: string): string => fixed(text, marketOf(trigger.market)?.price_decimals ?? 2);
  const cancel = async (trigger: Trigger): Promise<void> => {
    await propose({
      sentence: `Cancel the ${KINDS[trigger.kind].toLowerCase()} of ${trigger.market} at a mark of ${trigger.trigger_price}.`,
      wallet,
      programId,
      build: () => buildCancelTrigger(wallet, trigger.market, trigger.id),
      asked: callsOnly("cancel_trigger"),
    });
    onCancelled();
  };
  const columns: readonly Column<Trigger>[] = [
    {
      key: "market",
      title: "Market",
      words: true,
      cell: (trigger) => (
        <span className="font-medium">
          {trigger.market} <span className={trigger.side === "buy" ? "text-buy" : "text-sell"}>{trigger.side === "buy" ? "Buy" : "Sell"}</span>
        </span>
      ),
    },
    {
      key: "kind",
      title: "Type",
      words: true,
      cell: (trigger) => (
        <span className="text-text-2">
          {KINDS[trigger.kind]}
          {trigger.cancels !== null && ", one of a pair"}
        </span>
      ),
    },
    { key: "when", title: "When the mark", words: true, cell: (trigger) => <span className="num">{`${way(trigger)} ${price(trigger, trigger.trigger_price)}`}</span> },
    { key: "price", title: "Price", cell: (trigger) => (trigger.price === null ? "Market" : price(trigger, trigger.price)) },
    { key: "size", title: "Size", cell: (trigger) => (trigger.size === null ? "All" : fixed(trigger.size, marketOf(trigger.market)?.size_decimals ?? 4)) },
    {
      key: "actions",
      title: "",
      cell: (trigger) => (
        <span className="font-sans tracking-normal">
          <Button size="small" data-testid="cancel-trigger" onClick={() => void cancel(trigger)}>
            Cancel
          </Button>
        </span>
      ),
    },
  ];
  return <Table label="Triggers" columns={columns} rows={triggers} rowKey={(trigger) => trigger.id} rowTestId="trigger" />;
}
