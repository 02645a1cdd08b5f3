import { useState, type ReactNode } from "react";
import { TabStrip, tabPanelProps } from "@/components/TabStrip";
import { AccountCard } from "@/features/account/AccountCard";
import { AccountTabs } from "@/features/account/AccountTabs";
import { OrderBook } from "@/features/book/OrderBook";
import { Chart } from "@/features/chart/Chart";
import { MikeyDock } from "@/features/mikey/MikeyDock";
import { Tape } from "@/features/tape/Tape";
import { Ticket } from "@/features/ticket/Ticket";
import { prefer, usePreferences } from "@/lib/state/preferences";
import type { Screen } from "./Trade";

type Side = "ticket" | "book" | "trades";

/** Two columns: chart over account lists; ticket, book or trades. MIKEY lies over the left column's lists. */
export function Tablet({ exchange, markets, market }: Screen): ReactNode {
  const [side, setSide] = useState<Side>("ticket");
  const mikeyOpen = usePreferences((all) => all.mikeyOpen);
  return (
    <main className="flex min-h-0 flex-1 gap-px">
      <div className="flex min-w-0 flex-1 flex-col gap-px">
        <Chart market={market} className="min-h-0 flex-[3]" />
        <div className="flex min-h-0 flex-[2] flex-col">
          {mikeyOpen ? (
            <MikeyDock market={market} markets={markets} exchange={exchange} onClose={() => prefer({ mikeyOpen: false })} />
          ) : (
            <AccountTabs markets={markets} exchange={exchange} className="flex-1" />
          )}
        </div>
      </div>
      <div className="flex w-76 shrink-0 flex-col bg-surface-1">
        <TabStrip
          id="side"
          label="Right column"
          value={side}
          onChange={setSide}
          tabs={[
            { value: "ticket", label: "Ticket" },
            { value: "book", label: "Book" },
            { value: "trades", label: "Trades" },
          ]}
        />
        <div {...tabPanelProps("side", side)} className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          {side === "book" && <OrderBook market={market} className="flex-1" />}
          {side === "trades" && <Tape market={market} className="flex-1" />}
          {side === "ticket" && (
            <>
              <Ticket market={market} exchange={exchange} />
              <AccountCard />
            </>
          )}
        </div>
      </div>
    </main>
  );
}
