import { useMemo, useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { AgeOf, Hatchable } from "@/components/Panel";
import { Empty, Failed, SkeletonRows } from "@/components/states";
import { TabStrip, tabPanelProps } from "@/components/TabStrip";
import { reason } from "@/lib/api/client";
import { buildCancelAll } from "@/lib/api/instructions";
import type { Exchange, Market, Order } from "@/lib/api/models";
import {
  useFillHistory,
  useLiquidationHistory,
  useOrderHistory,
  useTransferHistory,
  useTriggers,
} from "@/lib/api/queries";
import { dateAndClock } from "@/lib/decimal/format";
import { useNow, useServerNow } from "@/lib/freshness/freshness";
import { useAccount } from "@/lib/state/account";
import { useConnection } from "@/lib/state/connection";
import { mergeNewest, tickerStore } from "@/lib/state/market";
import { show } from "@/lib/state/screen";
import { staleReason } from "@/lib/state/tradable";
import { callsOnly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";
import { useWallet } from "@/lib/wallet/session";
import { Fills, LiquidationSteps, Transfers } from "./Fills";
import { OpenOrders, OrderHistory } from "./Orders";
import { closeAtMarket, Positions } from "./Positions";
import { Triggers } from "./Triggers";

type Tab = "positions" | "orders" | "triggers" | "history" | "fills" | "transfers";

interface AccountTabsProps {
  markets: readonly Market[];
  exchange: Exchange;
  className?: string;
}

function Since({ ms }: { ms: number | null }): ReactNode {
  return ms === null ? null : <p className="px-3 py-2 text-caption text-text-3">Unknown before {dateAndClock(ms)}</p>;
}

interface ListProps {
  loading: boolean;
  error: unknown;
  onRetry: () => void;
  empty: ReactNode;
  count: number;
  unknownBeforeMs: number | null;
  children: ReactNode;
}

/** A list from REST and socket together: its four states. */
function List({ loading, error, onRetry, empty, count, unknownBeforeMs, children }: ListProps): ReactNode {
  if (count === 0 && loading) return <SkeletonRows rows={5} columns={["w-24", "w-28", "w-20", "ml-auto w-16", "w-16"]} />;
  if (count === 0 && error) return <Failed what="The history could not be loaded." why={reason(error)} onRetry={onRetry} />;
  if (count === 0) return <Empty>{empty}</Empty>;
  return (
    <>
      {children}
      <Since ms={unknownBeforeMs} />
    </>
  );
}

function History({ wallet, markets }: { wallet: string; markets: readonly Market[] }): ReactNode {
  const { doneOrders } = useAccount();
  const history = useOrderHistory(wallet);
  const orders = useMemo(() => {
    const key = (order: Order): string => `${order.market}/${order.order_id ?? order.signature}`;
    const known = new Set(doneOrders.map(key));
    return [...doneOrders, ...(history.data?.items ?? []).filter((order) => !known.has(key(order)))];
  }, [doneOrders, history.data]);
  return (
    <List loading={history.isPending} error={history.error} onRetry={() => void history.refetch()} count={orders.length} unknownBeforeMs={history.data?.unknownBeforeMs ?? null} empty="No order is done yet. Filled and cancelled orders are listed here.">
      <OrderHistory orders={orders} markets={markets} />
    </List>
  );
}

function FillList({ wallet, markets }: { wallet: string; markets: readonly Market[] }): ReactNode {
  const account = useAccount();
  const history = useFillHistory(wallet);
  const steps = useLiquidationHistory(wallet).data?.items ?? [];
  const fills = useMemo(() => mergeNewest(history.data?.items ?? [], account.fills, 500), [account.fills, history.data]);
  return (
    <List loading={history.isPending} error={history.error} onRetry={() => void history.refetch()} count={fills.length + steps.length} unknownBeforeMs={history.data?.unknownBeforeMs ?? null} empty="No fill yet. Each fill is listed here with its fee and its transaction.">
      {steps.length > 0 && <LiquidationSteps steps={steps} markets={markets} />}
      <Fills fills={fills} markets={markets} />
    </List>
  );
}

function TransferList({ wallet }: { wallet: string }): ReactNode {
  const account = useAccount();
  const history = useTransferHistory(wallet);
  const transfers = useMemo(() => mergeNewest(history.data?.items ?? [], account.transfers, 500), [account.transfers, history.data]);
  return (
    <List loading={history.isPending} error={history.error} onRetry={() => void history.refetch()} count={transfers.length} unknownBeforeMs={history.data?.unknownBeforeMs ?? null} empty="No deposit yet.">
      <Transfers transfers={transfers} />
    </List>
  );
}

function TriggerList({ wallet, markets, programId }: { wallet: string; markets: readonly Market[]; programId: string }): ReactNode {
  const found = useTriggers(wallet);
  const again = (): void => void found.refetch();
  return (
    <List loading={found.isPending} error={found.error} onRetry={again} count={found.data?.length ?? 0} unknownBeforeMs={null} empty="No stop or take-profit waits. Each shrinks an open position and goes when it is closed.">
      <Triggers triggers={found.data ?? []} markets={markets} wallet={wallet} programId={programId} onSettled={again} />
    </List>
  );
}

function Body({ tab, wallet, markets, exchange }: { tab: Tab; wallet: string; markets: readonly Market[]; exchange: Exchange }): ReactNode {
  const now = useNow();
  const serverNow = useServerNow();
  const { known, positions, openOrders, sub } = useAccount();
  const connection = useConnection();
  const programId = exchange.program_id;
  const blocked = (market: Market): string | null =>
    connection.phase === "open" ? closingBlocked(market, serverNow, now) : "Not connected to the exchange.";
  if (tab === "triggers") return <TriggerList wallet={wallet} markets={markets} programId={programId} />;
  if (tab === "history") return <History wallet={wallet} markets={markets} />;
  if (tab === "fills") return <FillList wallet={wallet} markets={markets} />;
  if (tab === "transfers") return <TransferList wallet={wallet} />;
  if (!known) return <SkeletonRows rows={4} columns={["w-24", "w-16", "w-20", "ml-auto w-16", "w-16", "w-20"]} />;
  if (tab === "positions" && positions.length > 0) {
    return <Positions positions={positions} markets={markets} wallet={wallet} programId={programId} blockedReason={blocked} />;
  }
  if (tab === "orders" && openOrders.length > 0) return <OpenOrders orders={openOrders} markets={markets} wallet={wallet} programId={programId} />;
  if (!sub) {
    return (
      <Empty
        action={
          <Button tone="accent" size="small" onClick={() => show("deposit")}>
            Deposit USDC
          </Button>
        }
      >
        This wallet has no trading account yet. The first deposit opens one.
      </Empty>
    );
  }
  return <Empty>{tab === "positions" ? "No open position. A filled order opens one." : "No resting order. A limit order that does not fill at once waits here."}</Empty>;
}

/** Other markets' books are not on screen: closing there needs their ticker and index to be fresh. */
function closingBlocked(market: Market, serverNow: number, now: number): string | null {
  const connection = useConnection.getState();
  const why = staleReason(connection, market, tickerStore.newest()[market.symbol] ?? null, serverNow, now);
  return why === "Waiting for market data." ? null : why;
}

export function AccountTabs({ markets, exchange, className = "" }: AccountTabsProps): ReactNode {
  const [tab, setTab] = useState<Tab>("positions");
  const wallet = useWallet((state) => state.account?.address ?? null);
  const { positions, openOrders } = useAccount();
  const programId = exchange.program_id;
  const cancelAll = async (address: string): Promise<void> => {
    const markets = new Set(openOrders.map((order) => order.market));
    await propose({
      sentence: `Cancel all ${openOrders.length} open orders in ${[...markets].join(", ")}.`,
      wallet: address,
      programId,
      build: () => buildCancelAll(address, markets.size === 1 ? ([...markets][0] ?? null) : null),
      asked: callsOnly("cancel_all"),
    });
  };
  const closeAll = async (address: string): Promise<void> => {
    for (const position of positions) {
      const market = markets.find((each) => each.symbol === position.market);
      if (market) await closeAtMarket({ position, market }, false, address, programId);
    }
  };
  return (
    <section aria-label="Account" className={`flex min-h-0 min-w-0 flex-col bg-surface-1 ${className}`}>
      <TabStrip
        id="account"
        label="Account lists"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: "positions", label: "Positions", count: positions.length },
          { value: "orders", label: "Open orders", count: openOrders.length },
          { value: "triggers", label: "Triggers" },
          { value: "history", label: "Order history" },
          { value: "fills", label: "Fills" },
          { value: "transfers", label: "Transfers" },
        ]}
        trailing={
          wallet && (
            <>
              {tab === "orders" && openOrders.length > 0 && (
                <Button size="small" tone="danger" data-testid="cancel-all" onClick={() => void cancelAll(wallet)}>
                  Cancel all
                </Button>
              )}
              {tab === "positions" && positions.length > 1 && (
                <Button size="small" tone="danger" onClick={() => void closeAll(wallet)}>
                  Close all
                </Button>
              )}
              <AgeOf of={{ channel: "account", wallet }} />
            </>
          )
        }
      />
      {wallet ? (
        <Hatchable of={{ channel: "account", wallet }}>
          <div {...tabPanelProps("account", tab)} tabIndex={0} className="min-h-0 flex-1 overflow-auto">
            <Body tab={tab} wallet={wallet} markets={markets} exchange={exchange} />
          </div>
        </Hatchable>
      ) : (
        <div {...tabPanelProps("account", tab)} className="min-h-0 flex-1">
          <Empty
            action={
              <Button tone="accent" size="small" onClick={() => show("wallet")}>
                Connect wallet
              </Button>
            }
          >
            Connect a wallet to see its positions, orders and fills.
          </Empty>
        </div>
      )}
    </section>
  );
}
