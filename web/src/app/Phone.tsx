import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { Modal } from "@/components/Modal";
import { TabStrip, tabPanelProps } from "@/components/TabStrip";
import { AccountCard } from "@/features/account/AccountCard";
import { AccountTabs } from "@/features/account/AccountTabs";
import { OrderBook } from "@/features/book/OrderBook";
import { Chart } from "@/features/chart/Chart";
import { MikeyDock } from "@/features/mikey/MikeyDock";
import { Tape } from "@/features/tape/Tape";
import { Ticket } from "@/features/ticket/Ticket";
import { useAccount } from "@/lib/state/account";
import { amendDraft } from "@/lib/state/draft";
import { dismiss, show, showView, useScreen } from "@/lib/state/screen";
import type { Screen } from "./Trade";

/** Tabs with a bar at the thumb that opens the ticket. */
export function Phone({ exchange, markets, market }: Screen): ReactNode {
  const view = useScreen((state) => state.view);
  const { positions, openOrders } = useAccount();
  const ticketOpen = useScreen((state) => state.dialog === "ticket");
  const open = (side: "buy" | "sell"): void => {
    amendDraft({ side });
    show("ticket");
  };
  return (
    <main className="flex min-h-0 flex-1 flex-col gap-px">
      <TabStrip
        id="view"
        label="Views"
        className="bg-surface-1"
        value={view}
        onChange={showView}
        tabs={[
          { value: "chart", label: "Chart" },
          { value: "book", label: "Book" },
          { value: "trades", label: "Trades" },
          { value: "account", label: "Positions", count: positions.length + openOrders.length },
          { value: "mikey", label: "MIKEY" },
        ]}
      />
      <div {...tabPanelProps("view", view)} className="flex min-h-0 flex-1 flex-col bg-surface-1">
        {view === "chart" && <Chart market={market} className="flex-1" />}
        {view === "book" && <OrderBook market={market} className="flex-1" />}
        {view === "trades" && <Tape market={market} className="flex-1" />}
        {view === "account" && (
          <>
            <AccountTabs markets={markets} exchange={exchange} className="flex-1" />
            <AccountCard />
          </>
        )}
        {view === "mikey" && <MikeyDock market={market} markets={markets} exchange={exchange} />}
      </div>
      {view !== "mikey" && (
        <div className="flex shrink-0 gap-2 bg-surface-1 p-2 pb-[max(8px,env(safe-area-inset-bottom))]">
          <Button tone="buy" size="large" className="flex-1" data-testid="open-long" onClick={() => open("buy")}>
            Long
          </Button>
          <Button tone="sell" size="large" className="flex-1" data-testid="open-short" onClick={() => open("sell")}>
            Short
          </Button>
        </div>
      )}
      <Modal open={ticketOpen} onClose={dismiss} title={market.symbol} shape="sheet">
        <Ticket market={market} exchange={exchange} />
      </Modal>
    </main>
  );
}
