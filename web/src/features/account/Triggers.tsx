import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Table, type Column } from "@/components/Table";
import { buildCancelTrigger } from "@/lib/api/instructions";
import type { Market, Trigger } from "@/lib/api/models";
import { decimal, isZero } from "@/lib/decimal/decimal";
import { dateAndClock, fixed, UNKNOWN } from "@/lib/decimal/format";
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
}

/** Whether the mark falls to it or rises to it. */
function way(trigger: Trigger): string {
  return (trigger.kind === "stop") === (trigger.side === "sell") ? "falls to" : "rises to";
}

export function Triggers({ triggers, markets, wallet, programId }: TriggersProps): ReactNode {
  const { positions } = useAccount();
  const [changing, setChanging] = useState<Trigger | null>(null);
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const price = (trigger: Trigger, text: string): string => fixed(text, marketOf(trigger.market)?.price_decimals ?? 2);
  const cancel = (trigger: Trigger): void => {
    void propose({
      sentence: `Cancel the ${EXIT_NAMES[exitKindOf(trigger)].toLowerCase()} of ${trigger.market} at a mark of ${trigger.trigger_price}.`,
      wallet,
      programId,
      build: () => buildCancelTrigger(wallet, trigger.market, trigger.id),
      asked: cancelsTrigger(trigger.id),
    });
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
          <Button size="small" data-testid="cancel-trigger" onClick={() => cancel(trigger)}>
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
        />
      )}
    </>
  );
}

const ENDINGS: Readonly<Record<string, string>> = {
  pair_fired: "the other of its pair fired",
  position_closed: "its position was closed",
};

function Ending({ trigger }: { trigger: Trigger }): ReactNode {
  if (trigger.status === "executed") return <span className="text-buy">fired</span>;
  const why = trigger.reason === null ? null : ENDINGS[trigger.reason];
  return (
    <span className="text-text-2">
      {trigger.status}
      {why && <span className="text-text-3">, {why}</span>}
    </span>
  );
}

/** Triggers that fired or ended: what each filled when its turn came. The trigger price and the fill are two numbers. */
export function EndedTriggers({ triggers, markets }: { triggers: readonly Trigger[]; markets: readonly Market[] }): ReactNode {
  const marketOf = (symbol: string): Market | undefined => markets.find((market) => market.symbol === symbol);
  const price = (trigger: Trigger, text: string | null): string => fixed(text, marketOf(trigger.market)?.price_decimals ?? 2);
  const columns: readonly Column<Trigger>[] = [
    { key: "time", title: "Ended", words: true, cell: (trigger) => <time className="num text-text-2">{trigger.updated_ms === null ? UNKNOWN : dateAndClock(trigger.updated_ms)}</time> },
    { key: "market", title: "Market", words: true, cell: (trigger) => <span className="font-medium">{trigger.market}</span> },
    { key: "kind", title: "Type", words: true, cell: (trigger) => <span className="text-text-2">{EXIT_NAMES[exitKindOf(trigger)]}</span> },
    { key: "when", title: "When the mark", words: true, cell: (trigger) => <span className="num">{`${way(trigger)} ${price(trigger, trigger.trigger_price)}`}</span> },
    { key: "filled", title: "Filled", cell: (trigger) => (isZero(decimal(trigger.filled)) ? UNKNOWN : fixed(trigger.filled, marketOf(trigger.market)?.size_decimals ?? 4)) },
    { key: "average", title: "Average", hint: "Of its fills; the mark that fired it is another number", cell: (trigger) => price(trigger, trigger.average_price) },
    { key: "status", title: "Status", words: true, cell: (trigger) => <Ending trigger={trigger} /> },
  ];
  return <Table label="Ended triggers" columns={columns} rows={triggers} rowKey={endedKey} rowTestId="ended-trigger" />;
}

/** An id names a trigger only while it waits. */
export const endedKey = (trigger: Trigger): string => `${trigger.id} ${trigger.signature ?? ""} ${trigger.ended_signature ?? ""}`;
