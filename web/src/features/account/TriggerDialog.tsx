import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { ExitField } from "@/components/ExitFields";
import { NumberField } from "@/components/Field";
import { Modal } from "@/components/Modal";
import { buildModifyTrigger } from "@/lib/api/instructions";
import type { Market, Position, Trigger } from "@/lib/api/models";
import { decimal, isMultiple, sign, tryDecimal } from "@/lib/decimal/decimal";
import { fixed } from "@/lib/decimal/format";
import { EXIT_NAMES, exitKindOf, exitProblem, type Exiting } from "@/lib/exits/exits";
import { useTicker } from "@/lib/state/market";
import { changesTrigger } from "@/lib/transactions/askedTriggers";
import { propose } from "@/lib/transactions/flow";

interface TriggerDialogProps {
  trigger: Trigger;
  market: Market;
  position: Position | null;
  wallet: string;
  programId: string;
  onClose: () => void;
  onChanged: () => void;
}

function stepProblem(text: string, step: string, what: string): string | null {
  const value = tryDecimal(text);
  if (!value || sign(value) <= 0) return `The ${what} must be above 0.`;
  return isMultiple(value, decimal(step)) ? null : `It must be a multiple of ${step}.`;
}

/** One trigger with other prices or another size: cancelled and placed again in one transaction, still one of its pair. */
export function TriggerDialog({ trigger, market, position, wallet, programId, onClose, onChanged }: TriggerDialogProps): ReactNode {
  const [changed, setChanged] = useState<Trigger>(trigger);
  const mark = useTicker(market.symbol)?.mark ?? null;
  const kind = exitKindOf(trigger);
  const size = changed.size ?? position?.size ?? null;
  const exiting: Exiting = {
    side: trigger.side === "sell" ? "long" : "short",
    entry: position ? decimal(position.entry_price) : null,
    size: size === null ? null : tryDecimal(size),
    mark: mark === null ? null : decimal(mark),
    liquidation: position?.liquidation_price ? decimal(position.liquidation_price) : null,
  };
  const wrongPrice = changed.price === null ? null : stepProblem(changed.price, market.price_step, "price");
  const wrongSize = changed.size === null ? null : stepProblem(changed.size, market.size_step, "size");
  const wrong = (changed.trigger_price === "" ? "Enter a price." : exitProblem(kind, changed.trigger_price, exiting, market)) ?? wrongPrice ?? wrongSize;
  const unchanged = changed.trigger_price === trigger.trigger_price && changed.price === trigger.price && changed.size === trigger.size;
  const submit = (): void => {
    onClose();
    const at = changed.price === null ? "at market" : `at ${fixed(changed.price, market.price_decimals)}`;
    void propose({
      sentence: `Change the ${EXIT_NAMES[kind].toLowerCase()} of ${market.symbol}: close ${changed.size ?? "all"}${changed.size === null ? "" : ` ${market.base}`} ${at} when the mark gets to ${fixed(changed.trigger_price, market.price_decimals)}, not ${fixed(trigger.trigger_price, market.price_decimals)}.`,
      wallet,
      programId,
      build: () => buildModifyTrigger(wallet, changed),
      asked: changesTrigger(changed, market),
    }).then(onChanged);
  };
  return (
    <Modal open onClose={onClose} title={`Change the ${EXIT_NAMES[kind].toLowerCase()} of ${market.symbol}`}>
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong === null && !unchanged) submit();
        }}
      >
        <p className="text-text-3">
          Mark price <span className="num text-text-1">{fixed(mark, market.price_decimals)}</span>
        </p>
        <ExitField kind={kind} value={changed.trigger_price} exiting={exiting} market={market} onChange={(text) => setChanged({ ...changed, trigger_price: text })} />
        {changed.price !== null && (
          <NumberField label="Limit price" testId="trigger-limit" value={changed.price} problem={wrongPrice} onChange={(price) => setChanged({ ...changed, price })} />
        )}
        {changed.size !== null && (
          <NumberField
            label="Size"
            testId="trigger-size"
            value={changed.size}
            problem={wrongSize}
            unit={<span className="text-text-2">{market.base}</span>}
            onChange={(text) => setChanged({ ...changed, size: text })}
          />
        )}
        <Button type="submit" tone="accent" size="large" data-testid="trigger-submit" disabled={wrong !== null || unchanged}>
          Change
        </Button>
      </form>
    </Modal>
  );
}
