import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { ExitFields } from "@/components/ExitFields";
import { Facts } from "@/components/Facts";
import { NumberField } from "@/components/Field";
import { Modal } from "@/components/Modal";
import { buildSetExits, type ExitsWords } from "@/lib/api/instructions";
import type { Market, Position, Trigger } from "@/lib/api/models";
import { compare, decimal, isMultiple, sign, tryDecimal } from "@/lib/decimal/decimal";
import { fixed } from "@/lib/decimal/format";
import { EXIT_NAMES, exitProblem, exitsInWords, exitsOf, hasExits, type ExitPrices, type Exiting, type PositionExits } from "@/lib/exits/exits";
import { useTicker } from "@/lib/state/market";
import { setsExits } from "@/lib/transactions/askedTriggers";
import { propose } from "@/lib/transactions/flow";

interface ExitsDialogProps {
  position: Position;
  market: Market;
  triggers: readonly Trigger[];
  wallet: string;
  programId: string;
  onClose: () => void;
}

interface Typed extends ExitPrices {
  /** Empty is the whole position. */
  readonly size: string;
}

function typedOf({ only }: PositionExits): Typed {
  return {
    takeProfit: only?.takeProfit?.trigger_price ?? "",
    stopLoss: only?.stopLoss?.trigger_price ?? "",
    size: (only?.takeProfit ?? only?.stopLoss)?.size ?? "",
  };
}

function sizeProblem(text: string, position: Position, market: Market): string | null {
  if (text === "") return null;
  const size = tryDecimal(text);
  if (!size || sign(size) <= 0) return "The size must be above 0, or empty for the whole position.";
  if (!isMultiple(size, decimal(market.size_step))) return `Sizes are multiples of ${market.size_step} ${market.base}.`;
  return compare(size, decimal(position.size)) > 0 ? `The position is ${position.size} ${market.base}.` : null;
}

/** What is agreed to: what is set, and what goes for it. */
export function exitsSentence(typed: Typed, exiting: Exiting, market: Market, replaced: number): string {
  if (!hasExits(typed)) return `Cancel the take profit and stop loss of the ${exiting.side} in ${market.symbol}.`;
  const what = typed.size === "" ? `the whole ${exiting.side} in ${market.symbol}` : `${typed.size} ${market.base} of the ${exiting.side}`;
  const gone = replaced === 0 ? "" : replaced === 1 ? " Replaces the one that waits." : " Replaces the two that wait.";
  return `Close ${what} at market: ${exitsInWords(typed, exiting, market)}.${gone}`;
}

function PositionFacts({ position, market, mark }: { position: Position; market: Market; mark: string | null }): ReactNode {
  const facts: readonly [string, string][] = [
    ["Size", `${fixed(position.size, market.size_decimals)} ${market.base}`],
    ["Entry", fixed(position.entry_price, market.price_decimals)],
    ["Mark", fixed(mark, market.price_decimals)],
    ["Liquidation", position.liquidation_price === null ? "none" : fixed(position.liquidation_price, market.price_decimals)],
  ];
  return <Facts facts={facts} columns={4} />;
}

/** Take profit and stop loss of an open position: what waits already, changed, added to or taken away. */
export function ExitsDialog({ position, market, triggers, wallet, programId, onClose }: ExitsDialogProps): ReactNode {
  const [exits] = useState(() => exitsOf(position, triggers));
  const before = typedOf(exits);
  const [typed, setTyped] = useState<Typed>(before);
  const mark = useTicker(market.symbol)?.mark ?? position.mark_price;
  const closed = typed.size === "" ? position.size : typed.size;
  const exiting: Exiting = {
    side: position.side,
    entry: decimal(position.entry_price),
    size: tryDecimal(closed),
    mark: mark === null ? null : decimal(mark),
    liquidation: position.liquidation_price === null ? null : decimal(position.liquidation_price),
  };
  const replaces = [exits.only?.stopLoss, exits.only?.takeProfit].flatMap((each) => (each ? [each.id] : []));
  const wrongSize = sizeProblem(typed.size, position, market);
  const wrong = exitProblem("take_profit", typed.takeProfit, exiting, market) ?? exitProblem("stop_loss", typed.stopLoss, exiting, market) ?? wrongSize;
  const unchanged = typed.takeProfit === before.takeProfit && typed.stopLoss === before.stopLoss && (typed.size === before.size || !hasExits(typed));
  const submit = (): void => {
    const price = (text: string): string | null => (text === "" ? null : text);
    const size = typed.size === "" ? null : typed.size;
    const words: ExitsWords = { market: market.symbol, take_profit: price(typed.takeProfit), stop_loss: price(typed.stopLoss), size, replaces };
    onClose();
    void propose({
      sentence: exitsSentence(typed, exiting, market, replaces.length),
      wallet,
      programId,
      build: () => buildSetExits(wallet, words),
      asked: setsExits({ closing: position.side === "long" ? "sell" : "buy", takeProfit: words.take_profit, stopLoss: words.stop_loss, size }, replaces, market),
    });
  };
  const label = hasExits(typed) ? (replaces.length ? "Change" : "Set") : "Cancel them";
  return (
    <Modal open onClose={onClose} title={`${EXIT_NAMES.take_profit} and ${EXIT_NAMES.stop_loss.toLowerCase()}: ${market.symbol} ${position.side}`}>
      <form
        data-testid="exits"
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong === null && !unchanged) submit();
        }}
      >
        <PositionFacts position={position} market={market} mark={mark} />
        {exits.only === null && (
          <p className="rounded-[3px] bg-surface-2 px-2 py-1.5 text-text-2">
            {exits.waiting.length} triggers wait for this position: change them in the Triggers tab. What you set here is added to them.
          </p>
        )}
        <ExitFields value={typed} exiting={exiting} market={market} onChange={(prices) => setTyped({ ...typed, ...prices })} />
        <NumberField
          label="Size"
          testId="exits-size"
          value={typed.size}
          placeholder="the whole position"
          problem={wrongSize}
          unit={<span className="text-text-2">{market.base}</span>}
          onChange={(size) => setTyped({ ...typed, size })}
        />
        <Button type="submit" tone="accent" size="large" data-testid="exits-submit" disabled={wrong !== null || unchanged}>
          {label}
        </Button>
      </form>
    </Modal>
  );
}
