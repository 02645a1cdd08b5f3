import { PanelRightClose, SendHorizontal } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button, IconButton } from "@/components/Button";
import { PreviewTable } from "@/components/PreviewTable";
import type { Exchange, Market, MikeyReply } from "@/lib/api/models";
import { usePreview } from "@/lib/api/usePreview";
import { countdown } from "@/lib/decimal/format";
import { useServerNow } from "@/lib/freshness/freshness";
import { show } from "@/lib/state/screen";
import { useWallet } from "@/lib/wallet/session";
import { confirmTicket, dismissTicket, fieldsOf, orderWords, say, useConversation, type Action, type Turn } from "./conversation";

const EXAMPLES = ["long 2 sol at market", "sell 0.1 btc at 5% above post only", "close half my eth", "cancel everything"];

interface Span {
  readonly start: number;
  readonly end: number;
  readonly field: string;
}

/** The user's words, with those underlined that became a field of the order. */
function Words({ text, spans }: { text: string; spans: readonly Span[] }): ReactNode {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.end > text.length) continue;
    parts.push(text.slice(at, span.start));
    parts.push(
      <span key={span.start} title={span.field} className="underline decoration-accent decoration-1 underline-offset-4">
        {text.slice(span.start, span.end)}
      </span>,
    );
    at = span.end;
  }
  parts.push(text.slice(at));
  return <p className="self-end rounded bg-accent-soft px-2.5 py-1.5 text-text-1">{parts}</p>;
}

function ActionView({ action }: { action: Action }): ReactNode {
  return (
    <div className="border-t border-line pt-1.5">
      <p className="font-medium">{String(action["instruction"]).replace(/-/g, " ")}</p>
      <dl className="num grid grid-cols-[auto_1fr] gap-x-3 text-caption">
        {fieldsOf(action).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-text-3">{name.replace(/_/g, " ")}</dt>
            <dd className="text-right break-all">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface TicketViewProps {
  turn: Turn;
  reply: MikeyReply;
  wallet: string | null;
  markets: readonly Market[];
  exchange: Exchange;
}

function TicketView({ turn, reply, wallet, markets, exchange }: TicketViewProps): ReactNode {
  const now = useServerNow();
  const actions = reply.actions ?? [];
  const words = actions.length === 1 ? orderWords(actions[0]) : null;
  const market = markets.find((each) => each.symbol === words?.market);
  const open = turn.ticket === "open" || turn.ticket === "confirming";
  const preview = usePreview(open ? wallet : null, words);
  const left = reply.expires_at_ms == null ? null : reply.expires_at_ms - now;
  const expired = left !== null && left <= 0;
  return (
    <div data-testid="mikey-ticket" className="flex flex-col gap-2 rounded border border-line bg-surface-2 p-2.5">
      <p className="font-medium">{reply.text}</p>
      {actions.map((action, index) => (
        <ActionView key={index} action={action} />
      ))}
      {open && words && market && <PreviewTable state={preview} market={market} />}
      {open && !expired && (
        <div className="flex items-center gap-2">
          <Button size="small" onClick={() => dismissTicket(turn.id)}>
            Dismiss
          </Button>
          {wallet ? (
            <Button
              size="small"
              tone="accent"
              data-testid="mikey-confirm"
              className="flex-1"
              disabled={turn.ticket === "confirming"}
              onClick={() => void confirmTicket(turn, wallet, exchange.program_id, markets)}
            >
              {turn.ticket === "confirming" ? "Confirming…" : "Confirm and review"}
            </Button>
          ) : (
            <Button size="small" tone="accent" className="flex-1" onClick={() => show("wallet")}>
              Connect wallet to confirm
            </Button>
          )}
          {left !== null && <span className="num text-caption text-text-3">{countdown(left)}</span>}
        </div>
      )}
      {open && expired && <p className="text-caption text-warn">This ticket has expired: say it again for a fresh one.</p>}
      {turn.ticket === "confirmed" && <p className="text-caption text-text-3">Confirmed: see the review and the transaction.</p>}
      {turn.ticket === "dismissed" && <p className="text-caption text-text-3">Dismissed. Nothing was done.</p>}
    </div>
  );
}

function choiceText(choice: unknown): string | null {
  if (typeof choice === "string") return choice;
  if (typeof choice !== "object" || choice === null) return null;
  const { text, label } = choice as Record<string, unknown>;
  return typeof text === "string" ? text : typeof label === "string" ? label : null;
}

interface DockProps {
  market: Market;
  markets: readonly Market[];
  exchange: Exchange;
  onClose?: (() => void) | undefined;
}

interface AnswerProps {
  turn: Turn;
  wallet: string | null;
  markets: readonly Market[];
  exchange: Exchange;
  onChoose: (words: string) => void;
  onAgain: () => void;
}

function Answer({ turn, wallet, markets, exchange, onChoose, onAgain }: AnswerProps): ReactNode {
  const { reply, error } = turn;
  if (error && !reply) {
    return (
      <p role="alert" className="rounded bg-sell-soft px-2.5 py-1.5 text-sell">
        {error}
      </p>
    );
  }
  if (!reply) return <p className="skeleton h-8 w-40" role="status" aria-label="MIKEY is reading" />;
  if (reply.kind === "ticket") {
    return (
      <>
        <TicketView turn={turn} reply={reply} wallet={wallet} exchange={exchange} markets={markets} />
        {error && (
          <div role="alert" className="flex flex-col items-start gap-1.5 rounded bg-sell-soft px-2.5 py-1.5 text-sell">
            <p>{error}</p>
            <Button size="small" onClick={onAgain}>
              Ask again
            </Button>
          </div>
        )}
      </>
    );
  }
  const choices = (reply.choices ?? []).map(choiceText).filter((each) => each !== null);
  return (
    <div data-testid={`mikey-${reply.kind}`} className={`rounded px-2.5 py-1.5 ${reply.kind === "refused" ? "bg-warn-soft text-warn" : "bg-surface-2"}`}>
      <p className="whitespace-pre-line">{reply.text}</p>
      {choices.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-1">
          {choices.map((choice) => (
            <Button key={choice} size="small" className="bg-surface-3" onClick={() => onChoose(choice)}>
              {choice}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

export function MikeyDock({ market, markets, exchange, onClose }: DockProps): ReactNode {
  const { turns } = useConversation();
  const wallet = useWallet((state) => state.account?.address ?? null);
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const end = useRef<HTMLDivElement>(null);
  // Braces: newer browsers return a promise here, and an effect may only return its undoing.
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [turns]);
  const send = (words: string): void => {
    if (!words.trim()) return;
    setText("");
    void say(words.trim(), wallet, market.symbol);
  };
  return (
    <section aria-label="MIKEY" data-testid="mikey" className="flex h-full min-h-0 flex-col bg-surface-1">
      <header className="flex h-8 shrink-0 items-center gap-2 border-b border-line pr-1 pl-3">
        <h2 className="font-medium">MIKEY</h2>
        <span className="text-caption text-text-3">drafts tickets, never signs</span>
        {onClose && (
          <IconButton label="Close MIKEY" className="ml-auto" onClick={onClose}>
            <PanelRightClose size={14} aria-hidden />
          </IconButton>
        )}
      </header>
      <div role="log" aria-label="Conversation" tabIndex={0} className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-3">
        {turns.length === 0 && (
          <div className="flex flex-col gap-2 text-text-2">
            <p>Say what you want to trade. You get a ticket with its preview; you confirm it and your wallet signs it. What MIKEY does not understand it asks.</p>
            {EXAMPLES.map((example) => (
              <button key={example} type="button" className="target rounded bg-surface-2 px-2.5 py-1 text-left hover:bg-surface-3" onClick={() => send(example)}>
                {example}
              </button>
            ))}
          </div>
        )}
        {turns.map((turn) => (
          <div key={turn.id} className="flex flex-col gap-1.5">
            <Words text={turn.text} spans={turn.reply?.spans ?? []} />
            <Answer
              turn={turn}
              wallet={wallet}
              markets={markets}
              exchange={exchange}
              onAgain={() => send(turn.text)}
              onChoose={(words) => {
                setText(words);
                input.current?.focus();
              }}
            />
          </div>
        ))}
        <div ref={end} />
      </div>
      <form
        className="flex shrink-0 items-center gap-1 border-t border-line p-2"
        onSubmit={(event) => {
          event.preventDefault();
          send(text);
        }}
      >
        <input
          ref={input}
          aria-label="Tell MIKEY"
          data-testid="mikey-input"
          placeholder="long 2 sol at market"
          className="h-8 min-w-0 flex-1 rounded-[3px] bg-surface-2 px-2 outline-none focus-visible:outline-2 pointer-coarse:h-11"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <IconButton label="Send" type="submit" disabled={!text.trim()}>
          <SendHorizontal size={14} aria-hidden />
        </IconButton>
      </form>
    </section>
  );
}
