// @solana/web3.js 1.x and @solana/spl-token against a localnet: node web3js.mjs RPC_URL WS_URL
import assert from "node:assert/strict";
import {
  ComputeBudgetProgram,
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  SendTransactionError,
  SystemProgram,
  Transaction,
  TransactionMessage,
  VersionedTransaction,
  AddressLookupTableProgram,
  sendAndConfirmTransaction,
} from "@solana/web3.js";
import {
  createMint,
  getAccount,
  getMint,
  getOrCreateAssociatedTokenAccount,
  mintTo,
  transfer as transferTokens,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";

const [, , rpcUrl, wsEndpoint] = process.argv;
const connection = new Connection(rpcUrl, { commitment: "confirmed", wsEndpoint });
const payer = Keypair.generate();
const other = Keypair.generate();
// web3.js gives no word when it has subscribed
const subscribed = () => new Promise((resolve) => setTimeout(resolve, 300));

// The cluster
assert.ok((await connection.getVersion())["solana-core"]);
assert.ok(await connection.getGenesisHash());
assert.equal((await connection.getEpochInfo()).slotsInEpoch, 432_000);
assert.equal(await connection.getMinimumBalanceForRentExemption(0), 890_880);
assert.equal((await connection.getClusterNodes()).length, 1);

// Airdrop, confirmed by blockhash strategy; an account listener hears of it
const heard = new Promise((resolve) => {
  const id = connection.onAccountChange(payer.publicKey, (account, context) => {
    connection.removeAccountChangeListener(id);
    resolve([account.lamports, context.slot]);
  });
});
await subscribed();
const latest = await connection.getLatestBlockhash();
const dropped = await connection.requestAirdrop(payer.publicKey, 10 * LAMPORTS_PER_SOL);
const confirmation = await connection.confirmTransaction({ signature: dropped, ...latest });
assert.equal(confirmation.value.err, null);
assert.equal((await heard)[0], 10 * LAMPORTS_PER_SOL);
await connection.confirmTransaction({ signature: dropped, ...latest }, "finalized");

// A legacy transaction with a priority fee, its logs and its record
const logged = new Promise((resolve) => {
  const id = connection.onLogs(other.publicKey, (logs) => {
    connection.removeOnLogsListener(id);
    resolve(logs);
  });
});
const slotHeard = new Promise((resolve) => {
  const id = connection.onSlotChange((info) => {
    connection.removeSlotChangeListener(id);
    resolve(info);
  });
});
await subscribed();
const signature = await sendAndConfirmTransaction(
  connection,
  new Transaction().add(
    ComputeBudgetProgram.setComputeUnitLimit({ units: 1_000 }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 }),
    SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: other.publicKey, lamports: LAMPORTS_PER_SOL }),
  ),
  [payer],
);
assert.equal((await logged).signature, signature);
assert.ok((await slotHeard).slot > 0);
const record = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
assert.equal(record.meta.fee, 6_000);
assert.equal(record.transaction.message.staticAccountKeys[0].toBase58(), payer.publicKey.toBase58());
const parsed = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
assert.equal(parsed.transaction.message.accountKeys[0].signer, true);
const statuses = await connection.getSignatureStatuses([signature, dropped]);
assert.equal(statuses.value[0].confirmationStatus !== undefined, true);
const signatures = await connection.getSignaturesForAddress(other.publicKey);
assert.deepEqual(
  signatures.map((row) => row.signature),
  [signature],
);

// Preflight refuses with the logs
await assert.rejects(
  sendAndConfirmTransaction(
    connection,
    new Transaction().add(
      SystemProgram.transfer({ fromPubkey: other.publicKey, toPubkey: payer.publicKey, lamports: 1e12 }),
    ),
    [other],
  ),
  (error) => {
    assert.ok(error instanceof SendTransactionError);
    assert.ok(error.logs.some((line) => line.includes("insufficient lamports")));
    return true;
  },
);

// Version 0 with a lookup table
const [create, table] = AddressLookupTableProgram.createLookupTable({
  authority: payer.publicKey,
  payer: payer.publicKey,
  recentSlot: (await connection.getSlot("finalized")) - 0,
});
const stranger = Keypair.generate().publicKey;
const extend = AddressLookupTableProgram.extendLookupTable({
  payer: payer.publicKey,
  authority: payer.publicKey,
  lookupTable: table,
  addresses: [stranger, SystemProgram.programId],
});
await sendAndConfirmTransaction(connection, new Transaction().add(create, extend), [payer]);
await new Promise((resolve) => setTimeout(resolve, 900)); // a table's new addresses count from the next slot
const lookup = (await connection.getAddressLookupTable(table)).value;
assert.equal(lookup.state.addresses.length, 2);
const blockhash = await connection.getLatestBlockhash();
const v0 = new VersionedTransaction(
  new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: blockhash.blockhash,
    instructions: [
      SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: stranger, lamports: LAMPORTS_PER_SOL }),
    ],
  }).compileToV0Message([lookup]),
);
v0.sign([payer]);
const simulation = await connection.simulateTransaction(v0, { sigVerify: true });
assert.equal(simulation.value.err, null);
assert.ok(simulation.value.unitsConsumed > 0);
const v0Signature = await connection.sendTransaction(v0);
assert.equal((await connection.confirmTransaction({ signature: v0Signature, ...blockhash })).value.err, null);
assert.equal(await connection.getBalance(stranger), LAMPORTS_PER_SOL);
const v0Record = await connection.getTransaction(v0Signature, { maxSupportedTransactionVersion: 0 });
assert.equal(v0Record.version, 0);
assert.equal(v0Record.meta.loadedAddresses.writable[0].toBase58(), stranger.toBase58());
await assert.rejects(connection.getTransaction(v0Signature), /-32015|not supported by the requesting client/);

// Tokens
const mint = await createMint(connection, payer, payer.publicKey, null, 6);
const mine = await getOrCreateAssociatedTokenAccount(connection, payer, mint, payer.publicKey);
const theirs = await getOrCreateAssociatedTokenAccount(connection, payer, mint, other.publicKey);
const tokenHeard = new Promise((resolve) => {
  const id = connection.onProgramAccountChange(
    TOKEN_PROGRAM_ID,
    (change) => {
      connection.removeProgramAccountChangeListener(id);
      resolve(change.accountId.toBase58());
    },
    { filters: [{ memcmp: { offset: 32, bytes: other.publicKey.toBase58() } }] },
  );
});
await subscribed();
await mintTo(connection, payer, mint, mine.address, payer, 5_000_000);
await transferTokens(connection, payer, mine.address, theirs.address, payer, 2_000_000);
assert.equal(await tokenHeard, theirs.address.toBase58());
assert.equal((await getAccount(connection, mine.address)).amount, 3_000_000n);
assert.equal((await getMint(connection, mint)).supply, 5_000_000n);
assert.equal((await connection.getTokenAccountBalance(theirs.address)).value.uiAmount, 2);
assert.equal((await connection.getTokenSupply(mint)).value.amount, "5000000");
assert.equal((await connection.getTokenLargestAccounts(mint)).value[0].amount, "3000000");
const parsedHoldings = await connection.getParsedTokenAccountsByOwner(other.publicKey, { mint });
assert.equal(parsedHoldings.value[0].account.data.parsed.info.tokenAmount.uiAmountString, "2");
const found = await connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
  filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: mint.toBase58() } }],
});
assert.equal(found.length, 2);
const parsedMint = await connection.getParsedAccountInfo(mint);
assert.equal(parsedMint.value.data.parsed.info.decimals, 6);

// Blocks and fees
const block = await connection.getBlock(record.slot, { maxSupportedTransactionVersion: 0 });
assert.ok(block.transactions.some((t) => t.transaction.signatures[0] === signature));
assert.equal(await connection.getBlockTime(record.slot), block.blockTime);
const fee = await connection.getFeeForMessage(v0.message);
assert.equal(fee.value, 5_000);
assert.equal((await connection.isBlockhashValid(blockhash.blockhash)).value, true);
assert.ok(Array.isArray(await connection.getRecentPrioritizationFees()));
assert.ok((await connection.getMultipleAccountsInfo([mint, PublicKey.default]))[0]);

console.log("web3.js: done");
process.exit(0);
