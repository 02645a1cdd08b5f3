import type { ReactNode } from "react";
import type { Market } from "@/lib/api/models";
import { add, decimal, sign, subtract, toShortText, toStep, tryDecimal } from "@/lib/decimal/decimal";
import { signedDollars } from "@/lib/decimal/format";
import { EXECUTOR_FEE, EXIT_NAMES, EXIT_SLIPPAGE_BPS, exitPnl, exitProblem, exitWarning, type ExitKind, type ExitPrices, type Exiting } from "@/lib/exits/exits";
import { NumberField } from "./Field";
import { toneOf } from "./Number";

interface ExitFieldProps {
  kind: ExitKind;
  value: string;
  exiting: Exiting;
  market: Market;
  onChange: (text: string) => void;
}

const TEST_IDS: Readonly<Record<ExitKind, string>> = { take_profit: "take-profit", stop_loss: "stop-loss" };

/** One exit's mark price, and what closing there would bring. */
export function ExitField({ kind, value, exiting, market, onChange }: ExitFieldProps): ReactNode {
  const problem = exitProblem(kind, value, exiting, market);
  const warning = problem ? null : exitWarning(kind, value, exiting, market);
  const pnl = problem ? null : exitPnl(value, exiting);
  const step = (direction: 1 | -1): void => {
    const from = tryDecimal(value) ?? exiting.mark;
    if (!from) return;
    const width = decimal(market.price_step);
    const on = toStep(from, width, "down");
    const next = direction > 0 ? add(on, width) : subtract(on, width);
    if (sign(next) > 0) onChange(toShortText(next));
  };
  return (
    <div className="flex flex-col gap-1">
      <NumberField
        label={EXIT_NAMES[kind]}
        testId={TEST_IDS[kind]}
        value={value}
        placeholder="none"
        problem={problem}
        onChange={onChange}
        onStep={step}
        unit={
          pnl && (
            <span className={`num text-caption ${toneOf(sign(pnl))}`} title="About what closing there would bring, before fees and slippage">
              {signedDollars(pnl)}
            </span>
          )
        }
      />
      {warning && (
        <p role="status" className="text-caption text-warn">
          {warning}
        </p>
      )}
    </div>
  );
}

interface ExitFieldsProps {
  value: ExitPrices;
  exiting: Exiting;
  market: Market;
  onChange: (prices: ExitPrices) => void;
}

/** Take profit and stop loss by the mark price, and what they cost. */
export function ExitFields({ value, exiting, market, onChange }: ExitFieldsProps): ReactNode {
  return (
    <div role="group" aria-label="Take profit and stop loss" className="flex flex-col gap-1.5">
      <ExitField kind="take_profit" value={value.takeProfit} exiting={exiting} market={market} onChange={(takeProfit) => onChange({ ...value, takeProfit })} />
      <ExitField kind="stop_loss" value={value.stopLoss} exiting={exiting} market={market} onChange={(stopLoss) => onChange({ ...value, stopLoss })} />
      <p className="text-caption text-text-3">
        When the mark price gets there it closes at market, within {EXIT_SLIPPAGE_BPS / 100}% of the mark. ${EXECUTOR_FEE} each is held for who fires it; of a pair, the first to fire cancels the other.
      </p>
    </div>
  );
}
