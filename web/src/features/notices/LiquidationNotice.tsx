import { ShieldAlert } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { Button } from "@/components/Button";
import type { Market } from "@/lib/api/models";
import { fixed } from "@/lib/decimal/format";
import { STEP_NAMES, stepsOf, whyOf, type Step } from "@/lib/liquidation/steps";
import { useAccount } from "@/lib/state/account";
import { prefer, usePreferences } from "@/lib/state/preferences";
import { showTab } from "@/lib/state/screen";

function inWords({ market: symbol, kind, size, price }: Step, markets: readonly Market[]): string {
  const market = markets.find((each) => each.symbol === symbol);
  const what = size === null ? "" : ` ${fixed(size, market?.size_decimals ?? 4)} ${market?.base ?? symbol}`;
  const at = price === null ? "" : ` at ${fixed(price, market?.price_decimals ?? 2)}`;
  return `${symbol}: ${STEP_NAMES[kind].toLowerCase()}${what}${at}.`;
}

/** What was done to the wallet's account against its will, and why; stays until it is put away, also over visits. */
export function LiquidationNotice({ markets }: { markets: readonly Market[] }): ReactNode {
  const { wallet, doneOrders, fills, liquidations } = useAccount();
  const seen = usePreferences((all) => (wallet === null ? 0 : (all.seenLiquidations[wallet] ?? 0)));
  const steps = useMemo(() => stepsOf(doneOrders, fills, liquidations).filter((step) => step.tsMs > seen), [doneOrders, fills, liquidations, seen]);
  const [newest, ...others] = steps;
  if (wallet === null || !newest) return null;
  const putAway = (): void => prefer({ seenLiquidations: { ...usePreferences.getState().seenLiquidations, [wallet]: newest.tsMs } });
  return (
    <div role="alert" data-testid="liquidation-notice" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 bg-sell-soft px-3 py-1.5">
      <ShieldAlert size={14} aria-hidden className="shrink-0 text-sell" />
      <p className="min-w-0 flex-1 basis-60">
        <span className="font-medium text-sell">{inWords(newest, markets)}</span> {whyOf(newest)}
        {others.length > 0 && ` And ${others.length} more ${others.length === 1 ? "step" : "steps"}.`}
      </p>
      <span className="ml-auto flex gap-1">
        <Button size="small" onClick={() => showTab("liquidations")}>
          Show
        </Button>
        <Button size="small" data-testid="put-away" onClick={putAway}>
          Dismiss
        </Button>
      </span>
    </div>
  );
}
