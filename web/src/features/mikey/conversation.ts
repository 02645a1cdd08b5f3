/** The talk with MIKEY: words in, one typed answer out. MIKEY drafts; only the wallet signs. */
import * as v from "valibot";
import { create } from "zustand";
import { answered, gateway, reason, Refusal } from "@/lib/api/client";
import type { BuiltTransaction, MikeyReply } from "@/lib/api/models";
import { SUB } from "@/lib/state/account";
import { propose } from "@/lib/transactions/flow";
import { signIn } from "@/lib/wallet/signIn";

export interface Turn {
  readonly id: number;
  readonly text: string;
  readonly reply: MikeyReply | null;
  readonly error: string | null;
  readonly ticket: "open" | "confirming" | "confirmed" | "dismissed" | null;
}

export const useConversation = create<{ readonly turns: readonly Turn[] }>(() => ({ turns: [] }));

let nextId = 1;

function amend(id: number, change: Partial<Turn>): void {
  useConversation.setState(({ turns }) => ({ turns: turns.map((turn) => (turn.id === id ? { ...turn, ...change } : turn)) }));
}

export async function say(text: string, wallet: string | null, market: string): Promise<void> {
  const id = nextId++;
  useConversation.setState(({ turns }) => ({ turns: [...turns, { id, text, reply: null, error: null, ticket: null }] }));
  try {
    const reply = await answered(gateway.POST("/v1/mikey/parse", { body: { text, wallet, sub: SUB, market } }));
    amend(id, { reply, ticket: reply.kind === "ticket" ? "open" : null });
  } catch (error) {
    amend(id, { error: reason(error) });
  }
}

export const dismissTicket = (id: number): void => amend(id, { ticket: "dismissed" });

const built = v.pipe(
  v.looseObject({ transaction: v.string(), instructions: v.array(v.unknown()), simulation: v.looseObject({ ok: v.boolean() }) }),
  v.transform((value) => value as unknown as BuiltTransaction),
);
const confirmation = v.looseObject({ transactions: v.array(built) });

/** A ticket may be confirmed once: what it yields can't be built again, only drafted anew. */
function once(transaction: BuiltTransaction): () => Promise<BuiltTransaction> {
  let used = false;
  return () => {
    if (used) return Promise.reject(new Refusal(409, "ticket_used", "This ticket's transaction has grown old. Ask MIKEY again for a fresh one.", null));
    used = true;
    return Promise.resolve(transaction);
  };
}

/** Signs in if need be, turns the ticket into unsigned transactions and takes them through review one by one. */
export async function confirmTicket(turn: Turn, wallet: string, programId: string): Promise<void> {
  const ticketId = turn.reply?.ticket_id;
  if (!ticketId) return;
  amend(turn.id, { ticket: "confirming", error: null });
  try {
    await signIn();
    const params = { path: { ticket_id: ticketId } };
    const { transactions } = v.parse(confirmation, await answered(gateway.POST("/v1/mikey/tickets/{ticket_id}/confirm", { params })));
    amend(turn.id, { ticket: "confirmed" });
    for (const transaction of transactions) {
      const sentence = transaction.instructions.map((each) => each.summary).filter(Boolean).join(" ") || turn.text;
      const done = await propose({ sentence, wallet, programId, build: once(transaction) });
      if (done?.state !== "confirmed") break;
    }
  } catch (error) {
    amend(turn.id, { ticket: "open", error: reason(error) });
  }
}
