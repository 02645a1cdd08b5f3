import { useState, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { ExitFields } from "@/components/ExitFields";
import { Check, NumberField } from "@/components/Field";
import { Segmented } from "@/components/Segmented";
import { TabStrip } from "@/components/TabStrip";
import { buildOrder, type OrderWords } from "@/lib/api/instructions";
import type { Exchange, Market, Preview, Ticker } from "@/lib/api/models";
import { absolute, add, compare, decimal, divide, isZero, multiply, sign, subtract, toShortText, toStep, whole, type Decimal } from "@/lib/decimal/decimal";
import { dollars, fixed } from "@/lib/decimal/format";
import { exitsInWords, hasExits, NO_EXITS, type Exiting } from "@/lib/exits/exits";
import { queries } from "@/lib/api/queries";
import { useNow, useServerNow } from "@/lib/freshness/freshness";
import { useAccount } from "@/lib/state/account";
import { useConnection } from "@/lib/state/connection";
import { amendDraft, useDraft, type Draft } from "@/lib/state/draft";
import { useTicker } from "@/lib/state/market";
import { dismiss, show } from "@/lib/state/screen";
import { staleReason } from "@/lib/state/tradable";
import { placesExactly } from "@/lib/transactions/asked";
import { propose } from "@/lib/transactions/flow";
import { useWallet } from "@/lib/wallet/session";
import { PreviewTable } from "@/components/PreviewTable";
import { SizeSlider } from "./SizeSlider";
import { baseSize, exitingOf, exitsProblem, exitsRefused, largestSize, problemsOf, referencePrice, sentenceOf, shareOf, wordsOf } from "./sizing";
import { usePreview, type PreviewState } from "@/lib/api/usePreview";

const CONDITIONS = [
  { value: "gtc", label: "GTC", title: "Rests until it is filled or cancelled" },
  { value: "ioc", label: "IOC", title: "Immediate or cancel: fills what it can now, the rest is cancelled" },
  { value: "fok", label: "FOK", title: "Fill or kill: all of it now, or nothing" },
  { value: "post", label: "Post", title: "Post-only: refused if it would take" },
] as const;

const LEVERAGES = [1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 100];

/** The whole sentence that the user agrees to: with what the preview found. */
function fullSentence(words: OrderWords, market: Market, draft: Draft, preview: Preview | null, exiting: Exiting): string {
  const parts = [sentenceOf(words, market, draft.condition)];
  if (preview) {
    if (!isZero(decimal(preview.notional))) parts.push(`about ${dollars(preview.notional)}`);
    if (!isZero(decimal(preview.fee))) parts.push(`fee ${dollars(preview.fee, 4)}`);
    const liquidation = preview.liquidation_price_after;
    parts.push(liquidation ? `liquidation at ${dollars(liquidation, market.price_decimals)}` : "no liquidation price");
  }
  if (draft.exits && hasExits(draft)) parts.push(exitsInWords(draft, exiting, market));
  return `${parts.join(", ")}.`;
}

function Sides({ side }: { side: Draft["side"] }): ReactNode {
  const option = (value: Draft["side"], label: string, fill: string): ReactNode => (
    <button
      type="button"
      role="radio"
      aria-checked={side === value}
      data-testid={`side-${value}`}
      tabIndex={side === value ? 0 : -1}
      onClick={() => amendDraft({ side: value })}
      className={`h-8 flex-1 rounded-[3px] text-body font-semibold transition-colors duration-100 pointer-coarse:h-11 ${side === value ? `${fill} text-on-fill` : "text-text-2 hover:text-text-1"}`}
    >
      {label}
    </button>
  );
  return (
    <div
      role="radiogroup"
      aria-label="Side"
      className="flex gap-0.5 rounded-[4px] bg-surface-2 p-0.5"
      onKeyDown={(event) => {
        if (!event.key.startsWith("Arrow")) return;
        amendDraft({ side: side === "buy" ? "sell" : "buy" });
        const group = event.currentTarget;
        requestAnimationFrame(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
      }}
    >
      {option("buy", "Long", "bg-buy-fill")}
      {option("sell", "Short", "bg-sell-fill")}
    </div>
  );
}

function stepPrice(draft: Draft, market: Market, ticker: Ticker | null, direction: 1 | -1): void {
  const from = referencePrice(draft, ticker) ?? (ticker?.mark ? decimal(ticker.mark) : null);
  if (!from) return;
  const step = decimal(market.price_step);
  const on = toStep(from, step, "down");
  const next = direction > 0 ? add(on, step) : subtract(on, step);
  if (sign(next) > 0) amendDraft({ price: toShortText(next) });
}

function percentOf(size: Decimal | null, largest: Decimal): number {
  if (!size || isZero(largest)) return 0;
  if (compare(size, largest) >= 0) return 100;
  return Number(divide(multiply(absolute(size), whole(100)), largest, 0, "nearest").units);
}

interface SubmitProps {
  market: Market;
  words: OrderWords | null;
  sentence: string;
  draft: Draft;
  state: PreviewState;
  exchange: Exchange;
  problem: string | null;
  onTry: () => void;
}

function Submit({ market, words, sentence, draft, state, exchange, problem, onTry }: SubmitProps): ReactNode {
  const now = useNow();
  const serverNow = useServerNow();
  const account = useAccount();
  const { account: wallet } = useWallet();
  const connection = useConnection();
  const ticker = useTicker(market.symbol);
  if (!wallet) {
    return (
      <Button tone="accent" size="large" className="w-full" onClick={() => show("wallet")}>
        Connect wallet
      </Button>
    );
  }
  if (account.known && !account.sub) {
    return (
      <Button tone="accent" size="large" className="w-full" onClick={() => show("deposit")}>
        Deposit to trade
      </Button>
    );
  }
  const stale = draft.type === "market" ? staleReason(connection, market, ticker, serverNow, now) : null;
  const offline = connection.phase === "open" ? null : "Not connected to the exchange.";
  const { refused } = state;
  const blocked = offline ?? stale ?? (refused ? "Refused" : null);
  const submit = (): void => {
    onTry();
    if (!words || blocked) return;
    dismiss();
    void propose({
      sentence,
      wallet: wallet.address,
      programId: exchange.program_id,
      build: () => buildOrder(wallet.address, words),
      asked: placesExactly(words, market),
    }).then((reply) => reply?.state === "confirmed" && placedWith(words));
  };
  const action = draft.side === "buy" ? "Buy" : "Sell";
  return (
    <div className="flex flex-col gap-1.5">
      <Button data-testid="submit-order" tone={draft.side} size="large" className="w-full" disabled={blocked !== null} onClick={submit}>
        {refused ? "The exchange would refuse this" : words ? `${action} ${words.size} ${market.base}` : `${action} ${market.base}`}
      </Button>
      {(offline ?? stale) && <p role="status" className="rounded-[3px] bg-warn-soft px-2 py-1.5 text-warn">{offline ?? stale}</p>}
      {!blocked && problem && <p role="alert" className="text-caption text-sell">{problem}</p>}
    </div>
  );
}

function Exits({ draft, exiting, market, refused }: { draft: Draft; exiting: Exiting; market: Market; refused: string | null }): ReactNode {
  if (refused !== null) {
    return (
      <p role="status" data-testid="exits-refused" className="rounded-[3px] bg-surface-2 px-2 py-1.5 text-text-2">
        {refused}
      </p>
    );
  }
  return <ExitFields value={draft} exiting={exiting} market={market} onChange={({ takeProfit, stopLoss }) => amendDraft({ takeProfit, stopLoss })} />;
}

/** The exits went with the order: they are not for the next one too. */
function placedWith(words: OrderWords): void {
  if (words.take_profit === undefined && words.stop_loss === undefined) return;
  amendDraft(NO_EXITS);
  void queries.invalidateQueries({ queryKey: ["triggers"] });
}

export function Ticket({ market, exchange }: { market: Market; exchange: Exchange }): ReactNode {
  const draft = useDraft();
  const ticker = useTicker(market.symbol);
  const { sub, positions } = useAccount();
  const wallet = useWallet((state) => state.account?.address ?? null);
  const [tried, setTried] = useState(false);
  const position = positions.find((each) => each.market === market.symbol) ?? null;
  const price = referencePrice(draft, ticker);
  const size = baseSize(draft, market, price);
  const largest = largestSize(draft, market, price ?? (ticker?.mark ? decimal(ticker.mark) : null), sub, position);
  const wrongExit = exitsProblem(draft, market, exitingOf(draft, size, price, ticker, null), position);
  const words = wrongExit === null ? wordsOf(draft, market, price) : null;
  const state = usePreview(sub ? wallet : null, words);
  const exiting = exitingOf(draft, size, price, ticker, state.preview);
  const problems = problemsOf(draft, market, price);
  const shownProblem = (typed: string, problem: string | null): string | null => (typed !== "" ? problem : null);
  const firstProblem = tried ? (problems.price ?? problems.size ?? wrongExit) : null;
  const maxLeverage = Number(fixed(market.max_leverage, 0, "down").replace(/,/g, ""));
  const leverages = [...new Set([...LEVERAGES.filter((each) => each < maxLeverage), maxLeverage])];

  const sentence = words ? fullSentence(words, market, draft, state.preview, exiting) : "";

  return (
    <section aria-label="Order ticket" data-testid="ticket" className="flex flex-col gap-2.5 p-3">
      <Sides side={draft.side} />
      <TabStrip
        id="order-type"
        label="Order type"
        value={draft.type}
        tabs={[
          { value: "limit", label: "Limit" },
          { value: "market", label: "Market" },
        ]}
        onChange={(type) => amendDraft({ type })}
        className="-mx-3 px-0.5"
      />
      <div role="tabpanel" id="order-type-panel" aria-labelledby={`order-type-${draft.type}`} className="flex flex-col gap-2.5">
        {draft.type === "limit" && (
          <NumberField
            label="Price"
            testId="price"
            value={draft.price}
            placeholder={ticker?.mark ? fixed(ticker.mark, market.price_decimals).replace(/,/g, "") : ""}
            problem={shownProblem(draft.price, problems.price)}
            onChange={(text) => amendDraft({ price: text })}
            onStep={(direction) => stepPrice(draft, market, ticker, direction)}
            unit={
              <Button
                tone="ghost"
                size="small"
                title={draft.side === "buy" ? "Best bid" : "Best ask"}
                disabled={!(draft.side === "buy" ? ticker?.bid : ticker?.ask)}
                onClick={() => amendDraft({ price: (draft.side === "buy" ? ticker?.bid : ticker?.ask) ?? "" })}
              >
                {draft.side === "buy" ? "Bid" : "Ask"}
              </Button>
            }
          />
        )}
        <NumberField
          label="Size"
          testId="size"
          value={draft.size}
          placeholder={draft.unit === "base" ? market.min_size : market.min_order_notional}
          problem={shownProblem(draft.size, problems.size)}
          onChange={(text) => amendDraft({ size: text })}
          unit={
            <Segmented
              label="Size in"
              value={draft.unit}
              options={[
                { value: "base", label: market.base },
                { value: "quote", label: market.quote },
              ]}
              onChange={(unit) => amendDraft({ unit, size: "" })}
            />
          }
        />
        <SizeSlider
          label={draft.reduceOnly ? "Share of the position" : "Share of the largest size"}
          percent={percentOf(size, largest)}
          disabled={isZero(largest)}
          onChange={(percent) => amendDraft({ size: shareOf(largest, percent, draft, market, price) })}
        />
        {draft.type === "limit" && (
          <Segmented label="Time in force" value={draft.condition} options={CONDITIONS} onChange={(condition) => amendDraft({ condition })} />
        )}
        <div className="flex flex-wrap items-center justify-between gap-x-3">
          <Check
            label="Reduce-only"
            title="Only ever makes the position smaller"
            checked={draft.reduceOnly}
            onChange={(reduceOnly) => amendDraft({ reduceOnly })}
          />
          <Check label="TP / SL" title="Take profit and stop loss, placed with the order" checked={draft.exits} onChange={(exits) => amendDraft({ exits })} />
          <label className="target flex items-center gap-1.5 text-text-3" title="Sizes the slider: margin is cross, nothing on chain stores a leverage">
            Slider at
            <select
              className="num h-6 rounded-[3px] bg-surface-2 px-1 text-text-1"
              value={draft.leverage}
              onChange={(event) => amendDraft({ leverage: Number(event.target.value) })}
            >
              {leverages.map((each) => (
                <option key={each} value={each}>
                  {each}×
                </option>
              ))}
            </select>
          </label>
        </div>
        {draft.exits && <Exits draft={draft} exiting={exiting} market={market} refused={exitsRefused(draft, size, position)} />}
      </div>
      <p data-testid="sentence" className="min-h-8 border-t border-line pt-2 text-text-2">
        {sentence || (wrongExit === null ? "Enter a size to see what the order would do." : "Its take profit or stop loss can't be placed like this.")}
      </p>
      <Submit market={market} words={words} sentence={sentence} draft={draft} state={state} exchange={exchange} problem={firstProblem} onTry={() => setTried(true)} />
      <PreviewTable state={state} market={market} />
    </section>
  );
}
