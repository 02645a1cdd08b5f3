/** The talk with MIKEY: words in, one typed answer out. MIKEY drafts; only the wallet signs. */
import * as v from "valibot";
import { create } from "zustand";
import type { OrderWords } from "@/lib/api/instructions";
import { answered, gateway, reason, Refusal } from "@/lib/api/client";
import type { BuiltTransaction, Market, MikeyReply } from "@/lib/api/models";
import { SUB } from "@/lib/state/account";
import { callsOnly, placesExactly, type Asked } from "@/lib/transactions/asked";
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
  v.looseObject({ action: v.number(), transaction: v.string(), instructions: v.array(v.unknown()), simulation: v.looseObject({ ok: v.boolean() }) }),
  v.transform((value) => value as unknown as BuiltTransaction & { readonly action: number }),
);
const confirmation = v.looseObject({ transactions: v.array(built) });

const HIDDEN_FIELDS = new Set(["instruction", "wallet", "sub", "signer", "fee_payer", "priority_fee"]);

export type Action = Record<string, unknown>;

/** The fields of an action that a trader reads. */
export const fieldsOf = (action: Action): [string, unknown][] =>
  Object.entries(action).filter(([name, value]) => !HIDDEN_FIELDS.has(name) && value !== null && value !== undefined);

/** The action as an order for the preview and for the check of the bytes; null when it is none. */
export function orderWords(action: Action | undefined): OrderWords | null {
  if (action?.["instruction"] !== "place-order") return null;
  const { market, side, type, size } = action;
  if (typeof market !== "string" || typeof size !== "string" || (side !== "buy" && side !== "sell") || (type !== "limit" && type !== "market")) return null;
  return { ...Object.fromEntries(fieldsOf(action)), market, side, type, size };
}

/** The bytes are held to the ticket's action, as they are to the user's own clicks. */
function askedOf(action: Action | undefined, markets: readonly Market[]): Asked {
  const words = orderWords(action);
  const market = markets.find((each) => each.symbol === words?.market);
  if (words && market) return placesExactly(words, market);
  const name = action?.["instruction"];
  return callsOnly(typeof name === "string" ? name.replace(/-/g, "_") : "nothing that the ticket names");
}

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
export async function confirmTicket(turn: Turn, wallet: string, programId: string, markets: readonly Market[]): Promise<void> {
  const ticketId = turn.reply?.ticket_id;
  if (!ticketId) return;
  amend(turn.id, { ticket: "confirming", error: null });
  try {
    await signIn();
    const params = { path: { ticket_id: ticketId } };
    const { transactions } = v.parse(confirmation, await answered(gateway.POST("/v1/mikey/tickets/{ticket_id}/confirm", { params })));
    amend(turn.id, { ticket: "confirmed" });
    for (const transaction of transactions) {
      const action = turn.reply.actions?.[transaction.action];
      const ours = transaction.instructions.filter((each) => each.program_id === programId).map((each) => each.summary);
      const sentence = transactions.length === 1 ? turn.reply.text : ours.join(", ");
      const done = await propose({ sentence, wallet, programId, build: once(transaction), asked: askedOf(action, markets) });
      if (done?.state !== "confirmed") break;
    }
  } catch (error) {
    amend(turn.id, { ticket: "open", error: reason(error) });
  }
}
