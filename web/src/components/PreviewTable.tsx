import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import type { Market, Preview } from "@/lib/api/models";
import { decimal, isZero } from "@/lib/decimal/decimal";
import { dollars, fixed, percent, UNKNOWN } from "@/lib/decimal/format";
import type { PreviewState } from "@/lib/api/usePreview";

function Line({ label, title, children }: { label: string; title?: string; children: ReactNode }): ReactNode {
  return (
    <div className="flex h-5 items-center justify-between gap-2" title={title}>
      <dt className="text-text-3">{label}</dt>
      <dd className="num flex items-center gap-1 text-text-1">{children}</dd>
    </div>
  );
}

function Change({ before, after }: { before: string; after: string }): ReactNode {
  if (before === after || before === UNKNOWN) return <>{after}</>;
  return (
    <>
      <span className="text-text-3">{before}</span>
      <ArrowRight size={10} aria-label="becomes" className="text-text-3" />
      {after}
    </>
  );
}

const basisPoints = (text: string | null): string => (text === null ? UNKNOWN : `${fixed(text, 1)} bp`);

const leverage = (text: string | null | undefined): string => (text == null ? UNKNOWN : `${fixed(text, 2)}×`);

function rows(preview: Preview | null, market: Market): ReactNode {
  const { before, after } = preview ?? {};
  const price = (text: string | null | undefined): string => (text == null ? "none" : fixed(text, market.price_decimals));
  return (
    <>
      <Line label="Fee">{preview && isZero(decimal(preview.fee)) ? "$0" : dollars(preview?.fee, 4)}</Line>
      <Line label="Slippage" title="Average price against the best opposite price">
        {basisPoints(preview?.slippage_bps ?? null)}
      </Line>
      <Line label="Margin" title="Initial margin of the whole account">
        <Change before={dollars(before?.initial_margin)} after={dollars(after?.initial_margin)} />
      </Line>
      <Line label="Free collateral">
        <Change before={dollars(before?.free_collateral)} after={dollars(after?.free_collateral)} />
      </Line>
      <Line label="Leverage" title="Notional over equity, all positions">
        <Change before={leverage(before?.leverage)} after={leverage(after?.leverage)} />
      </Line>
      <Line label="Margin ratio" title="Maintenance margin over equity; liquidation starts over 100%">
        <Change before={percent(before?.margin_ratio)} after={percent(after?.margin_ratio)} />
      </Line>
      <Line label="Liquidation price">
        {preview ? <Change before={price(preview.liquidation_price_before)} after={price(preview.liquidation_price_after)} /> : UNKNOWN}
      </Line>
    </>
  );
}

export function PreviewTable({ state, market }: { state: PreviewState; market: Market }): ReactNode {
  return (
    <div>
      <dl aria-label="Before and after this order" aria-busy={state.loading} className={state.loading ? "opacity-60" : ""}>
        {rows(state.preview, market)}
      </dl>
      {state.error && (
        <p role="alert" data-testid="preview-refused" className="mt-1.5 rounded-[3px] bg-sell-soft px-2 py-1.5 text-sell">
          {state.error}
        </p>
      )}
    </div>
  );
}
