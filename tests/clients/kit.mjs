// @solana/kit against a localnet: node kit.mjs RPC_URL WS_URL
import assert from "node:assert/strict";
import {
  airdropFactory,
  appendTransactionMessageInstructions,
  assertIsSendableTransaction,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createSolanaRpcSubscriptions_UNSTABLE,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getCompiledTransactionMessageEncoder,
  getBase64Decoder,
  compileTransactionMessage,
  getSignatureFromTransaction,
  isSolanaError,
  lamports,
  pipe,
  sendAndConfirmTransactionFactory,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
} from "@solana/kit";
import { getCreateAccountInstruction, getTransferSolInstruction } from "@solana-program/system";
import {
  fetchMint,
  fetchToken,
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getInitializeMintInstruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from "@solana-program/token";

const [, , rpcUrl, wsUrl] = process.argv;
const rpc = createSolanaRpc(rpcUrl);
const subscriptions = createSolanaRpcSubscriptions(wsUrl);
const unstable = createSolanaRpcSubscriptions_UNSTABLE(wsUrl);
const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions: subscriptions });
const airdrop = airdropFactory({ rpc, rpcSubscriptions: subscriptions });
const aborter = new AbortController();
const abortSignal = aborter.signal;

async function build(payer, instructions, version = 0) {
  const { value: blockhash } = await rpc.getLatestBlockhash({ commitment: "confirmed" }).send();
  return pipe(
    createTransactionMessage({ version }),
    (m) => setTransactionMessageFeePayerSigner(payer, m),
    (m) => setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
    (m) => appendTransactionMessageInstructions(instructions, m),
  );
}

async function send(payer, instructions, version = 0) {
  const signed = await signTransactionMessageWithSigners(await build(payer, instructions, version));
  assertIsSendableTransaction(signed);
  await sendAndConfirm(signed, { commitment: "confirmed" });
  return getSignatureFromTransaction(signed);
}

async function nextOf(iterable, wanted = () => true) {
  for await (const notification of iterable) if (wanted(notification)) return notification;
  throw new Error("the subscription ended");
}

const payer = await generateKeyPairSigner();
const other = await generateKeyPairSigner();

// The cluster
assert.equal(await rpc.getHealth().send(), "ok");
assert.match((await rpc.getVersion().send())["solana-core"], /^\d+\.\d+\.\d+$/);
assert.equal((await rpc.getGenesisHash().send()).length >= 32, true);
assert.ok((await rpc.getIdentity().send()).identity);
const epoch = await rpc.getEpochInfo().send();
assert.equal(typeof epoch.absoluteSlot, "bigint");
assert.ok((await rpc.getSlot({ commitment: "processed" }).send()) >= epoch.absoluteSlot);
assert.ok((await rpc.getBlockHeight().send()) >= 0n);
assert.equal(await rpc.getMinimumBalanceForRentExemption(0n).send(), 890_880n);
assert.ok(Array.isArray(await rpc.getRecentPrioritizationFees().send()));

// Airdrop with confirmation through a signature subscription, watched on the account
const watched = await subscriptions
  .accountNotifications(payer.address, { commitment: "confirmed", encoding: "base64" })
  .subscribe({ abortSignal });
const firstChange = nextOf(watched);
await airdrop({ recipientAddress: payer.address, lamports: lamports(10_000_000_000n), commitment: "confirmed" });
assert.equal((await firstChange).value.lamports, 10_000_000_000n);
assert.equal((await rpc.getBalance(payer.address).send()).value, 10_000_000_000n);

// Transfers, both message versions, and their history
const slots = nextOf(await subscriptions.slotNotifications().subscribe({ abortSignal }));
const logs = nextOf(
  await subscriptions
    .logsNotifications({ mentions: [other.address] }, { commitment: "confirmed" })
    .subscribe({ abortSignal }),
);
const blocks = nextOf(
  await unstable
    .blockNotifications(
      { mentionsAccountOrProgram: other.address },
      { commitment: "confirmed", encoding: "json", transactionDetails: "full", maxSupportedTransactionVersion: 0 },
    )
    .subscribe({ abortSignal }),
);
const transfer = (amount) => getTransferSolInstruction({ source: payer, destination: other.address, amount });
const signature = await send(payer, [transfer(1_000_000_000n)]);
const legacy = await send(payer, [transfer(5n)], "legacy");
assert.equal((await logs).value.signature, signature);
assert.ok((await slots).slot > 0n);
const block = (await blocks).value.block;
assert.ok(block.transactions.some((t) => t.transaction.signatures[0] === signature));
const status = (await rpc.getSignatureStatuses([signature]).send()).value[0];
assert.equal(status.err, null);
const landed = await rpc
  .getTransaction(signature, { commitment: "confirmed", encoding: "json", maxSupportedTransactionVersion: 0 })
  .send();
assert.equal(Number(landed.version), 0);
assert.equal(landed.meta.fee, 5000n);
assert.equal(landed.meta.postBalances[1], 1_000_000_000n);
const history = await rpc.getSignaturesForAddress(other.address, { commitment: "confirmed" }).send();
assert.deepEqual(
  history.map((row) => row.signature),
  [legacy, signature],
);

// Fees and simulation
const draft = await build(payer, [transfer(1n)]);
const message = getBase64Decoder().decode(getCompiledTransactionMessageEncoder().encode(compileTransactionMessage(draft)));
assert.equal((await rpc.getFeeForMessage(message, { commitment: "confirmed" }).send()).value, 5000n);
const signedDraft = await signTransactionMessageWithSigners(draft);
const simulated = await rpc
  .simulateTransaction(getBase64EncodedWireTransaction(signedDraft), {
    encoding: "base64",
    commitment: "confirmed",
    replaceRecentBlockhash: true,
    innerInstructions: true,
    accounts: { addresses: [other.address], encoding: "base64" },
  })
  .send();
assert.equal(simulated.value.err, null);
assert.equal(simulated.value.accounts[0].lamports, 1_000_000_006n);
assert.ok(simulated.value.replacementBlockhash.blockhash);

// A refusal is kit's own typed error with the logs inside
await assert.rejects(send(payer, [transfer(10n ** 15n)]), (error) => {
  assert.ok(isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE));
  assert.ok(error.context.logs.some((line) => line.includes("insufficient lamports")));
  return true;
});

// A mint, a token account, parsed and raw
const mint = await generateKeyPairSigner();
const space = BigInt(getMintSize());
const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
await send(payer, [
  getCreateAccountInstruction({
    payer,
    newAccount: mint,
    lamports: rent,
    space,
    programAddress: TOKEN_PROGRAM_ADDRESS,
  }),
  getInitializeMintInstruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
]);
const [holding] = await findAssociatedTokenPda({
  mint: mint.address,
  owner: payer.address,
  tokenProgram: TOKEN_PROGRAM_ADDRESS,
});
await send(payer, [
  await getCreateAssociatedTokenIdempotentInstructionAsync({ payer, mint: mint.address, owner: payer.address }),
  getMintToInstruction({ mint: mint.address, token: holding, mintAuthority: payer, amount: 1_234_567n }),
]);
assert.equal((await fetchMint(rpc, mint.address)).data.supply, 1_234_567n);
assert.equal((await fetchToken(rpc, holding)).data.amount, 1_234_567n);
assert.equal((await rpc.getTokenAccountBalance(holding).send()).value.uiAmountString, "1.234567");
assert.equal((await rpc.getTokenSupply(mint.address).send()).value.amount, "1234567");
const holdings = await rpc
  .getTokenAccountsByOwner(payer.address, { mint: mint.address }, { encoding: "jsonParsed" })
  .send();
assert.equal(holdings.value[0].account.data.parsed.info.tokenAmount.amount, "1234567");
const owned = await rpc
  .getProgramAccounts(TOKEN_PROGRAM_ADDRESS, {
    encoding: "base64",
    filters: [{ dataSize: 165n }, { memcmp: { offset: 0n, bytes: mint.address, encoding: "base58" } }],
    dataSlice: { offset: 64, length: 8 },
  })
  .send();
assert.equal(owned[0].pubkey, holding);
assert.equal(Buffer.from(owned[0].account.data[0], "base64").readBigUInt64LE(), 1_234_567n);
for (const encoding of ["base58", "base64", "base64+zstd", "jsonParsed"]) {
  const { value } = await rpc.getAccountInfo(other.address, { encoding, commitment: "confirmed" }).send();
  assert.equal(value.owner, "11111111111111111111111111111111");
}
assert.equal((await rpc.getMultipleAccounts([holding, mint.address]).send()).value.length, 2);

// Blocks
const slot = landed.slot;
const whole = await rpc.getBlock(slot, { encoding: "base64", maxSupportedTransactionVersion: 0 }).send();
assert.ok(whole.transactions.length >= 1);
assert.equal(await rpc.getBlockTime(slot).send(), whole.blockTime);

aborter.abort();
console.log("kit: done");
process.exit(0);
