import type { ReactNode } from "react";
import { Splitter } from "@/components/Splitter";
import { AccountCard } from "@/features/account/AccountCard";
import { AccountTabs } from "@/features/account/AccountTabs";
import { OrderBook } from "@/features/book/OrderBook";
import { Chart } from "@/features/chart/Chart";
import { MikeyDock } from "@/features/mikey/MikeyDock";
import { Tape } from "@/features/tape/Tape";
import { Ticket } from "@/features/ticket/Ticket";
import { prefer, usePreferences } from "@/lib/state/preferences";
import type { Screen } from "./Trade";

/** Chart over account lists | book over tape | ticket over account | MIKEY. The shared edges resize. */
export function Desktop({ exchange, markets, market }: Screen): ReactNode {
  const { ticketWidth, bookWidth, tabsHeight, bookHeight, mikeyOpen } = usePreferences();
  return (
    <main className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <Chart market={market} className="flex-1" />
        <Splitter
          label="Height of the account lists"
          orientation="horizontal"
          value={tabsHeight}
          min={120}
          max={560}
          direction={-1}
          onChange={(pixels) => prefer({ tabsHeight: pixels })}
        />
        <div className="flex min-h-0 shrink-0 flex-col" style={{ height: tabsHeight }}>
          <AccountTabs markets={markets} exchange={exchange} className="flex-1" />
        </div>
      </div>
      <Splitter
        label="Width of the book"
        orientation="vertical"
        value={bookWidth}
        min={230}
        max={480}
        direction={-1}
        onChange={(pixels) => prefer({ bookWidth: pixels })}
      />
      <div className="flex min-h-0 shrink-0 flex-col" style={{ width: bookWidth }}>
        <div className="flex min-h-0 shrink-0 flex-col" style={{ height: bookHeight }}>
          <OrderBook market={market} className="flex-1" />
        </div>
        <Splitter
          label="Height of the book"
          orientation="horizontal"
          value={bookHeight}
          min={240}
          max={720}
          direction={1}
          onChange={(pixels) => prefer({ bookHeight: pixels })}
        />
        <Tape market={market} className="flex-1" />
      </div>
      <Splitter
        label="Width of the ticket"
        orientation="vertical"
        value={ticketWidth}
        min={270}
        max={420}
        direction={-1}
        onChange={(pixels) => prefer({ ticketWidth: pixels })}
      />
      <div tabIndex={-1} className="flex min-h-0 shrink-0 flex-col overflow-y-auto bg-surface-1" style={{ width: ticketWidth }}>
        <Ticket market={market} exchange={exchange} />
        <AccountCard />
      </div>
      {mikeyOpen && (
        <aside className="w-80 shrink-0 border-l border-line">
          <MikeyDock market={market} markets={markets} exchange={exchange} onClose={() => prefer({ mikeyOpen: false })} />
        </aside>
      )}
    </main>
  );
}
