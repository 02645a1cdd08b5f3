import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ACCOUNT, built, CANCEL_ALL, OURS, SIGNER, signingWallet, wire } from "@/testing/transactions";
import type { BuiltTransaction, TransactionReply } from "../api/models";
import { encodeBase58 } from "../solana/base58";
import { connectWallet, useWallet, watchWallets } from "../wallet/session";
import { approve, decline, onProgress, propose, useFlow, type Progress } from "./flow";

const FOREIGN = encodeBase58(new Uint8Array(32).fill(66));

const reply = (state: TransactionReply["state"]): TransactionReply => ({ signature: "s", slot: 1, state, error: null, events: [], age_ms: 1, last_valid_block_height: 1 });
const answer = (body: object, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** Waits until the review has reached a stage. */
async function reached(stage: string | null): Promise<void> {
  await vi.waitFor(() => expect(useFlow.getState().review?.stage ?? null).toBe(stage));
}

describe("a transaction's way", () => {
  const steps: string[] = [];
  let ended: Progress | null = null;
  let stops: (() => void)[] = [];
  const server = vi.fn<(request: Request) => Promise<Response>>();

  const ask = (build: () => Promise<BuiltTransaction>): Promise<TransactionReply | null> =>
    propose({ sentence: "Cancel everything.", wallet: SIGNER, programId: OURS, build });

  beforeEach(async () => {
    steps.length = 0;
    ended = null;
    server.mockReset();
    vi.stubGlobal("fetch", server);
    stops = [watchWallets("solana:localnet"), onProgress((_proposal, _id, progress) => {
      steps.push(progress.step);
      ended = progress;
    })];
    await connectWallet(signingWallet());
  });

  afterEach(() => {
    stops.forEach((stop) => stop());
    vi.unstubAllGlobals();
    while (useFlow.getState().review) decline();
  });

  it("is built, reviewed, signed, sent and confirmed, in this order", async () => {
    server.mockResolvedValue(answer(reply("confirmed")));
    const done = ask(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    await reached("review");
    expect(useFlow.getState().review?.calls[0]?.name).toBe("cancel_all");
    await approve();
    expect((await done)?.state).toBe("confirmed");
    expect(steps).toEqual(["signed", "sent", "confirmed"]);
  });

  it("ends with nothing sent when the user declines", async () => {
    const done = ask(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    await reached("review");
    decline();
    expect(await done).toBeNull();
    expect(server).not.toHaveBeenCalled();
  });

  it("is not signed with a program off the allow-list", async () => {
    void ask(() => Promise.resolve(built(wire([CANCEL_ALL, { program: FOREIGN, data: [] }]))));
    await reached("review");
    await approve();
    expect(useFlow.getState().review?.blocked.join()).toContain("allow-list");
    expect(steps).toEqual([]);
  });

  it("is not signed with bytes of ours that can't be read", async () => {
    void ask(() => Promise.resolve(built(wire([{ program: OURS, data: [1, 2, 3] }]))));
    await reached("review");
    expect(useFlow.getState().review?.blocked.join()).toContain("can't read");
  });

  it("is not signed when the program would refuse it", async () => {
    void ask(() => Promise.resolve(built(wire([CANCEL_ALL]), false)));
    await reached("review");
    await approve();
    expect(steps).toEqual([]);
  });

  it("is not sent when the wallet put a foreign program in", async () => {
    useWallet.setState({ wallet: signingWallet(() => wire([CANCEL_ALL, { program: FOREIGN, data: [] }])), account: ACCOUNT });
    void ask(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    await reached("review");
    await approve();
    expect(useFlow.getState().review?.error).toContain("The wallet changed the transaction");
    expect(server).not.toHaveBeenCalled();
  });

  it("shows why it could not be built, and can be built again", async () => {
    const build = vi.fn<() => Promise<BuiltTransaction>>().mockRejectedValueOnce(new Error("No account yet."));
    void ask(build);
    await reached("review");
    expect(useFlow.getState().review?.error).toBe("No account yet.");
  });

  it("is looked up by its signature when the answer to sending is lost, and never built anew", async () => {
    const build = vi.fn(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    server.mockRejectedValueOnce(new TypeError("network")).mockResolvedValue(answer(reply("confirmed")));
    const done = ask(build);
    await reached("review");
    await approve();
    expect((await done)?.state).toBe("confirmed");
    expect(server.mock.calls[1]?.[0].url).toContain(`/v1/tx/${encodeBase58(new Uint8Array(64).fill(9))}`);
    expect(build).toHaveBeenCalledTimes(1);
  });

  it("fails with the gateway's reason when it was refused", async () => {
    server.mockResolvedValue(answer({ code: "InsufficientMargin", detail: "Not enough margin." }, 422));
    const done = ask(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    await reached("review");
    await approve();
    expect(await done).toBeNull();
    expect(ended).toMatchObject({ step: "failed", why: "Not enough margin." });
  });

  it("waits its turn while another one is reviewed", async () => {
    void ask(() => Promise.resolve(built(wire([CANCEL_ALL]))));
    void propose({ sentence: "Second.", wallet: SIGNER, programId: OURS, build: () => Promise.resolve(built(wire([CANCEL_ALL]))) });
    await reached("review");
    expect(useFlow.getState().review?.proposal.sentence).toBe("Cancel everything.");
    decline();
    await reached("review");
    expect(useFlow.getState().review?.proposal.sentence).toBe("Second.");
  });
});
