import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { AgeOf, Hatchable } from "@/components/Panel";
import { toneOf } from "@/components/Number";
import type { Position, SubAccount, Ticker } from "@/lib/api/models";
import { add, compare, decimal, sign, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { dollars, fixed, percent, signedDollars, UNKNOWN } from "@/lib/decimal/format";
import { useAccount } from "@/lib/state/account";
import { useTickers } from "@/lib/state/market";
import { show } from "@/lib/state/screen";
import { useWallet } from "@/lib/wallet/session";
import { livePosition } from "./pnl";

const NEAR = decimal("0.7");

const TROUBLES: Readonly<Record<NonNullable<SubAccount["standing"]>, { words: string; tone: string } | null>> = {
  good: null,
  cancelling: { words: "Margin is short: orders that add risk may be cancelled.", tone: "text-warn" },
  liquidation: { words: "Under maintenance margin: positions are being sold.", tone: "text-sell" },
  bankrupt: { words: "Equity is below zero: positions are being closed.", tone: "text-sell" },
};

function Line({ label, title, children }: { label: string; title?: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex h-5 items-center justify-between" title={title}>
      <dt className="text-text-3">{label}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

function totalPnl(positions: readonly Position[], tickers: Readonly<Record<string, Ticker>>): Decimal {
  return positions.reduce((sum, position) => add(sum, livePosition(position, tickers[position.market]?.mark ?? null).pnl ?? ZERO), ZERO);
}

/** The account in six numbers; shown only for a connected wallet. */
export function AccountCard(): ReactNode {
  const wallet = useWallet((state) => state.account?.address ?? null);
  const { sub, positions, known } = useAccount();
  const tickers = useTickers();
  if (!wallet) return null;
  const pnl = totalPnl(positions, tickers);
  const ratio = sub?.margin_ratio ?? null;
  const trouble = sub?.standing ? TROUBLES[sub.standing] : null;
  const dangerous = ratio !== null && compare(decimal(ratio), NEAR) > 0;
  return (
    <section aria-label="Margin account" className="flex flex-col border-t border-line">
      <header className="flex min-h-8 items-center gap-2 px-3 pointer-coarse:min-h-12">
        <h2 className="font-medium">Account</h2>
        <AgeOf of={{ channel: "account", wallet }} />
        <span className="ml-auto flex gap-1">
          <Button size="small" data-testid="open-deposit" onClick={() => show("deposit")}>
            Deposit
          </Button>
          <Button size="small" data-testid="open-withdraw" disabled={!sub} onClick={() => show("withdraw")}>
            Withdraw
          </Button>
        </span>
      </header>
      <Hatchable of={{ channel: "account", wallet }}>
        <dl className="px-3 pb-3">
          <Line label="Equity" title="Collateral plus unrealized profit less funding owed">
            <span data-testid="equity">{known ? (sub ? dollars(sub.equity) : "$0.00") : UNKNOWN}</span>
          </Line>
          <Line label="Free collateral" title="Equity less initial margin">
            <span data-testid="free-collateral">{known ? (sub ? dollars(sub.free_collateral) : "$0.00") : UNKNOWN}</span>
          </Line>
          <Line label="Withdrawable" title="What could leave now; the withdrawal says why not more">
            <span data-testid="withdrawable">{known ? (sub ? dollars(sub.withdrawable) : "$0.00") : UNKNOWN}</span>
          </Line>
          {sub && sign(decimal(sub.locked)) > 0 && (
            <Line label="Vesting profit" title="Realised lately: it counts for margin now, and can leave by and by">
              <span data-testid="locked">{dollars(sub.locked)}</span>
            </Line>
          )}
          <Line label="Unrealized PnL">
            <span className={toneOf(sign(pnl))}>{known ? signedDollars(pnl) : UNKNOWN}</span>
          </Line>
          <Line label="Margin ratio" title="Maintenance margin over equity; liquidation starts over 100%">
            <span className={dangerous ? "text-sell" : ""}>{percent(ratio)}</span>
          </Line>
          <Line label="Leverage">{sub?.leverage == null ? UNKNOWN : `${fixed(sub.leverage, 2)}×`}</Line>
        </dl>
        {trouble && (
          <p role="status" data-testid="standing" className={`px-3 pb-3 ${trouble.tone}`}>
            {trouble.words}
          </p>
        )}
      </Hatchable>
    </section>
  );
}
