import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Facts } from "@/components/Facts";
import { Modal } from "@/components/Modal";
import { Empty, Failed, SkeletonRows } from "@/components/states";
import { reason } from "@/lib/api/client";
import { buildRevokeDelegate, buildSetDelegate } from "@/lib/api/instructions";
import type { Delegate, Exchange, Market } from "@/lib/api/models";
import { useDelegates } from "@/lib/api/queries";
import { dateAndClock, dollars, shortKey, span } from "@/lib/decimal/format";
import { useServerNow } from "@/lib/freshness/freshness";
import { useAccount } from "@/lib/state/account";
import { dismiss } from "@/lib/state/screen";
import { revokesDelegate, setsDelegate } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";
import { useWallet } from "@/lib/wallet/session";
import { DelegateForm } from "./DelegateForm";
import { delegationOf, freshDelegation, LIFETIMES, wordsOf, type Delegation } from "./delegation";

const limit = (text: string | null): string => (text === null ? "no limit" : dollars(text));

function Row({ delegate, onChange, onRevoke }: { delegate: Delegate; onChange: () => void; onRevoke: () => void }): ReactNode {
  const now = useServerNow();
  const { expires_at_ms: expires } = delegate;
  const life = delegate.expired ? "expired" : expires === null ? "never expires" : `${span(expires - now)} left, until ${dateAndClock(expires)}`;
  const facts: readonly [string, string][] = [
    ["Order", limit(delegate.max_order_notional)],
    ["Position", limit(delegate.max_position_notional)],
    ["Today", `${dollars(delegate.used_today)} of ${limit(delegate.daily_notional)}`],
  ];
  return (
    <li data-testid="delegate" className="flex flex-col gap-1.5 border-b border-line px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-center gap-2">
        <button
          type="button"
          className="num font-medium hover:text-accent"
          title={`${delegate.delegate}: copy`}
          onClick={() => void navigator.clipboard.writeText(delegate.delegate)}
        >
          {shortKey(delegate.delegate)}
        </button>
        <span className={delegate.expired ? "text-warn" : "text-text-3"}>{life}</span>
        <span className="ml-auto flex gap-1">
          <Button size="small" onClick={onChange}>
            Change
          </Button>
          <Button size="small" tone="danger" data-testid="revoke-delegate" onClick={onRevoke}>
            Revoke
          </Button>
        </span>
      </div>
      <p className="text-text-2">
        {delegate.markets.join(", ") || "No market"}
        {delegate.reduce_only && " · reduce-only"}
        {delegate.can_transfer && " · may move money between your accounts"}
      </p>
      <Facts facts={facts} columns={3} />
    </li>
  );
}

interface Granting {
  readonly delegation: Delegation;
  /** One that stands already: its key is not to be changed. */
  readonly changes: boolean;
}

/** Keys that may trade for the wallet within limits that the program holds; none of them can ever withdraw. */
export default function DelegatesDialog({ exchange, markets }: { exchange: Exchange; markets: readonly Market[] }): ReactNode {
  const wallet = useWallet((state) => state.account?.address ?? null);
  const { sub, known } = useAccount();
  const now = useServerNow();
  const found = useDelegates(wallet);
  const [granting, setGranting] = useState<Granting | null>(null);
  if (wallet === null) return null;
  const programId = exchange.program_id;
  const again = (): void => void found.refetch();
  const grant = (delegation: Delegation): void => {
    const words = wordsOf(delegation, now);
    const lifetime = LIFETIMES.find(({ value }) => value === delegation.lifetime)?.label ?? "";
    setGranting(null);
    void propose({
      sentence: `Let ${shortKey(words.delegate)} ${words.reduce_only ? "reduce positions" : "trade"} in ${words.markets.join(", ")} for ${lifetime}: ${dollars(words.max_order_notional)} an order, ${dollars(words.max_position_notional)} a position, ${dollars(words.daily_notional)} a day. It can never withdraw.`,
      wallet,
      programId,
      build: () => buildSetDelegate(wallet, words),
      asked: setsDelegate(words, markets),
    }).then(again);
  };
  const revoke = ({ delegate }: Delegate): void => {
    void propose({
      sentence: `Take the right to trade away from ${shortKey(delegate)}.`,
      wallet,
      programId,
      build: () => buildRevokeDelegate(wallet, delegate),
      asked: revokesDelegate(delegate),
    }).then(again);
  };
  const add = (): void => setGranting({ delegation: freshDelegation(markets.map(({ symbol }) => symbol)), changes: false });
  return (
    <Modal open onClose={dismiss} title={granting ? (granting.changes ? "Change a delegate" : "Add a delegate") : "Delegates"} wide>
      {granting ? (
        <DelegateForm first={granting.delegation} keyFixed={granting.changes} wallet={wallet} markets={markets} onGrant={grant} onBack={() => setGranting(null)} />
      ) : (
        <>
          <p className="px-4 pt-3 text-text-2">
            A delegate is a key of a bot or an assistant that may trade for you within limits that the program itself holds. It can never withdraw, nor name further delegates.
          </p>
          <List found={found} onRetry={again} onChange={(delegate) => setGranting({ delegation: delegationOf(delegate), changes: true })} onRevoke={revoke} />
          <footer className="sticky bottom-0 border-t border-line bg-surface-1 p-3">
            <Button tone="accent" size="large" className="w-full" data-testid="add-delegate" disabled={!sub} title={sub ? undefined : "Deposit first: a delegate acts for a trading account"} onClick={add}>
              {known && !sub ? "Deposit first, then add a delegate" : "Add a delegate"}
            </Button>
          </footer>
        </>
      )}
    </Modal>
  );
}

interface ListProps {
  found: ReturnType<typeof useDelegates>;
  onRetry: () => void;
  onChange: (delegate: Delegate) => void;
  onRevoke: (delegate: Delegate) => void;
}

function List({ found, onRetry, onChange, onRevoke }: ListProps): ReactNode {
  if (found.isPending) return <SkeletonRows rows={3} columns={["w-24", "w-40", "ml-auto w-16"]} />;
  if (!found.data) return <Failed what="The delegates could not be read." why={reason(found.error)} onRetry={onRetry} />;
  if (!found.data.length) return <Empty>No key but your own can act for this wallet.</Empty>;
  return (
    <ul aria-label="Delegates">
      {found.data.map((delegate) => (
        <Row key={`${delegate.sub} ${delegate.delegate}`} delegate={delegate} onChange={() => onChange(delegate)} onRevoke={() => onRevoke(delegate)} />
      ))}
    </ul>
  );
}
