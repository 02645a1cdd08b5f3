import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Table, type Column } from "@/components/Table";
import { buildCancelTrigger } from "@/lib/api/instructions";
import type { Market, Trigger } from "@/lib/api/models";
import { fixed } from "@/lib/decimal/format";
import { EXIT_NAMES, exitKindOf } from "@/lib/exits/exits";
import { useAccount } from "@/lib/state/account";
import { cancelsTrigger } from "@/lib/transactions/askedTriggers";
import { propose } from "@/lib/transactions/flow";
import { TriggerDialog } from "./TriggerDialog";

interface TriggersProps {
  triggers: readonly Trigger[];
  markets: readonly Market[];
  wallet: string;
  programId: string;
  /** One was changed or cancelled, or the user declined it. */
  onSettled: () => void;
}

/** Whether the mark falls to it or rises to it. */
function way(trigger: Trigger): string {
  return (trigger.kind === "stop") === (trigger.side === "sell") ? "falls to" : "rises to";
}

export function Triggers({ triggers, markets, wallet, programId, onSettled }: TriggersProps): ReactNode {
  const { positions } = useAccount();
  const [changing, setChanging] = useState<Trigger | null>(null);
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const price = (trigger: Trigger, text: string): string => fixed(text, marketOf(trigger.market)?.price_decimals ?? 2);
  const cancel = async (trigger: Trigger): Promise<void> => {
    await propose({
      sentence: `Cancel the ${EXIT_NAMES[exitKindOf(trigger)].toLowerCase()} of ${trigger.market} at a mark of ${trigger.trigger_price}.`,
      wallet,
      programId,
      build: () => buildCancelTrigger(wallet, trigger.market, trigger.id),
      asked: cancelsTrigger(trigger.id),
    });
    onSettled();
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
          {EXIT_NAMES[exitKindOf(trigger)]}
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
        <span className="inline-flex gap-1 font-sans tracking-normal">
          <Button size="small" data-testid="change-trigger" onClick={() => setChanging(trigger)}>
            Change
          </Button>
          <Button size="small" data-testid="cancel-trigger" onClick={() => void cancel(trigger)}>
            Cancel
          </Button>
        </span>
      ),
    },
  ];
  const market = changing ? marketOf(changing.market) : undefined;
  return (
    <>
      <Table label="Triggers" columns={columns} rows={triggers} rowKey={(trigger) => trigger.id} rowTestId="trigger" />
      {changing && market && (
        <TriggerDialog
          trigger={changing}
          market={market}
          position={positions.find((each) => each.market === changing.market) ?? null}
          wallet={wallet}
          programId={programId}
          onClose={() => setChanging(null)}
          onChanged={onSettled}
        />
      )}
    </>
  );
}
