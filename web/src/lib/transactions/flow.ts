/**
 * A transaction's way: built by the gateway -> reviewed -> signed by the wallet -> sent -> confirmed or failed.
 *
 * One transaction is reviewed at a time; further proposals queue. Once relayed, a transaction is never built again
 * until it has expired: a lost answer is looked up by its signature.
 */
import { create } from "zustand";
import { answered, gateway, reason, Refusal } from "../api/client";
import type { BuiltTransaction, TransactionReply } from "../api/models";
import type { Asked } from "./asked";
import { decodeBase64, encodeBase64 } from "../solana/base64";
import { encodeBase58 } from "../solana/base58";
import { objections } from "../solana/guard";
import { parseTransaction, type ParsedTransaction } from "../solana/message";
import type { DecodedCall } from "../solana/decode";
import { signTransaction } from "../wallet/session";

export interface Proposal {
  /** What the user asked for, as a sentence. */
  readonly sentence: string;
  readonly wallet: string;
  readonly programId: string;
  readonly build: () => Promise<BuiltTransaction>;
  /** What the bytes are held to; absent where the words came from MIKEY's ticket. */
  readonly asked?: Asked;
}

export type Stage = "building" | "review" | "signing";

export interface Review {
  readonly id: number;
  readonly proposal: Proposal;
  readonly stage: Stage;
  readonly built: BuiltTransaction | null;
  readonly parsed: ParsedTransaction | null;
  /** One for each instruction; null for other programs' and for what can't be decoded. */
  readonly calls: readonly (DecodedCall | null)[];
  readonly builtAt: number;
  readonly blocked: readonly string[];
  readonly error: string | null;
}

export type Progress =
  | { readonly step: "signed" | "sent"; readonly signature: string }
  | { readonly step: "confirmed" | "failed" | "unknown"; readonly signature: string; readonly reply: TransactionReply | null; readonly why: string | null };

export type ProgressListener = (proposal: Proposal, id: number, progress: Progress) => void;

type Settle = (reply: TransactionReply | null) => void;

interface FlowState {
  readonly review: Review | null;
}

export const useFlow = create<FlowState>(() => ({ review: null }));

const waiting: { id: number; proposal: Proposal; settle: Settle }[] = [];
let settleReviewed: Settle | null = null;

/** A blockhash lives about a minute: an older review is built again before it is signed. */
const REBUILD_AFTER_MS = 25_000;
const LOOK_UP_EVERY_MS = 800;
const LOOK_UP_FOR_MS = 90_000;

let nextId = 1;
const listeners = new Set<ProgressListener>();

export function onProgress(listener: ProgressListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(proposal: Proposal, id: number, progress: Progress): void {
  for (const listener of listeners) listener(proposal, id, progress);
}

/** Resolves with the transaction's end, or null when the user declined it. Await it before a dependent proposal. */
export function propose(proposal: Proposal): Promise<TransactionReply | null> {
  return new Promise((settle) => {
    waiting.push({ id: nextId++, proposal, settle });
    if (!useFlow.getState().review) begin();
  });
}

function begin(): void {
  const next = waiting.shift();
  settleReviewed = next?.settle ?? null;
  if (!next) {
    useFlow.setState({ review: null });
    return;
  }
  const { id, proposal } = next;
  useFlow.setState({ review: { id, proposal, stage: "building", built: null, parsed: null, calls: [], builtAt: 0, blocked: [], error: null } });
  void rebuild();
}

/** Builds (again) what is under review. */
export async function rebuild(): Promise<void> {
  const { review } = useFlow.getState();
  if (!review) return;
  const { id, proposal } = review;
  amend(id, { stage: "building", error: null });
  try {
    const built = await proposal.build();
    const parsed = parseTransaction(decodeBase64(built.transaction));
    const { calls, blocked } = await judge(parsed, proposal);
    amend(id, { stage: "review", built, parsed, calls, blocked, builtAt: performance.now() });
  } catch (error) {
    amend(id, { stage: "review", built: null, parsed: null, error: reason(error) });
  }
}

/** What the bytes do, and why they must not be signed. The decoder comes with the first review. */
async function judge(parsed: ParsedTransaction, proposal: Proposal): Promise<{ calls: (DecodedCall | null)[]; blocked: string[] }> {
  const { decodeCall } = await import("../solana/decode");
  const { programId, wallet, asked } = proposal;
  const ours = parsed.instructions.map((each) => (each.programId === programId ? decodeCall(each) : undefined));
  const blocked = objections(parsed, programId, wallet);
  if (ours.includes(null)) blocked.push("It holds an instruction of the exchange that this terminal can't read.");
  blocked.push(...(asked?.(ours.filter((call) => call !== undefined && call !== null)) ?? []));
  return { calls: ours.map((call) => call ?? null), blocked };
}

function amend(id: number, change: Partial<Review>): void {
  const { review } = useFlow.getState();
  if (review?.id === id) useFlow.setState({ review: { ...review, ...change } });
}

export function decline(): void {
  const { review } = useFlow.getState();
  if (!review || review.stage === "signing") return;
  settleReviewed?.(null);
  begin();
}

const sameInstructions = (a: ParsedTransaction, b: ParsedTransaction): boolean =>
  JSON.stringify(a.instructions) === JSON.stringify(b.instructions);

/** Signs what is shown. If it grew old and its instructions changed when built anew, it is shown again instead. */
export async function approve(): Promise<void> {
  const shown = useFlow.getState().review;
  if (shown?.stage !== "review" || !shown.parsed || shown.blocked.length || !shown.built?.simulation.ok) return;
  if (performance.now() - shown.builtAt > REBUILD_AFTER_MS) {
    await rebuild();
    const again = useFlow.getState().review;
    if (!again?.parsed || again.blocked.length || !again.built?.simulation.ok || !sameInstructions(shown.parsed, again.parsed)) return;
  }
  const review = useFlow.getState().review;
  if (!review?.built) return;
  amend(review.id, { stage: "signing", error: null });
  let wire: Uint8Array;
  try {
    wire = await signTransaction(decodeBase64(review.built.transaction));
    const { blocked } = await judge(parseTransaction(wire), review.proposal);
    if (blocked.length) throw new Error(`The wallet changed the transaction. ${blocked.join(" ")}`);
  } catch (error) {
    amend(review.id, { stage: "review", error: reason(error) });
    return;
  }
  const settle = settleReviewed;
  void relay(review.proposal, review.id, wire).then((reply) => settle?.(reply));
  begin();
}

async function relay(proposal: Proposal, id: number, wire: Uint8Array): Promise<TransactionReply | null> {
  const signature = encodeBase58(parseTransaction(wire).signatures[0] ?? new Uint8Array());
  tell(proposal, id, { step: "signed", signature });
  const sending = answered(gateway.POST("/v1/tx/send", { body: { transaction: encodeBase64(wire), wait: "confirmed" } }));
  tell(proposal, id, { step: "sent", signature });
  let reply: TransactionReply | null;
  try {
    reply = await sending;
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) {
      tell(proposal, id, { step: "failed", signature, reply: null, why: error.message });
      return null;
    }
    reply = null;
  }
  const settled = reply && reply.state !== "unknown" && reply.state !== "processed" ? reply : await lookUp(signature);
  tell(proposal, id, ending(signature, settled));
  return settled;
}

function ending(signature: string, reply: TransactionReply | null): Progress {
  if (!reply) return { step: "unknown", signature, reply, why: "Its state is not known. Look it up by its signature before you try again." };
  if (reply.state === "confirmed") return { step: "confirmed", signature, reply, why: null };
  const why = reply.error?.message ?? (reply.state === "expired" ? "It expired before it reached the chain. Nothing was changed." : null);
  return { step: "failed", signature, reply, why };
}

async function lookUp(signature: string): Promise<TransactionReply | null> {
  const until = performance.now() + LOOK_UP_FOR_MS;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_UP_EVERY_MS));
    try {
      const reply = await answered(gateway.GET("/v1/tx/{signature}", { params: { path: { signature } } }));
      if (reply.state === "confirmed" || reply.state === "failed" || reply.state === "expired") return reply;
    } catch (error) {
      if (error instanceof Refusal && error.status < 500 && error.status !== 404) return null;
    }
  }
  return null;
}
