// @coral-xyz/anchor from the IDL alone: node anchor.mjs IDL_PATH CORPUS_PATH RPC_URL
//
// The corpus holds one call of every instruction that the VM accepted, with its event and the accounts afterwards.
// Here Anchor builds the same bytes from the same arguments and decodes the rest to the same values. Then an
// exchange is set up on a localnet: sent, refused by name, and its event found in the transaction.
import assert from "node:assert/strict";
import fs from "node:fs";
import anchor from "@coral-xyz/anchor";

const { AnchorProvider, BN, BorshCoder, Program, Wallet, parseIdlErrors, translateError, web3 } = anchor;
const [idlPath, corpusPath, rpcUrl] = process.argv.slice(2);
const idl = JSON.parse(fs.readFileSync(idlPath));
const corpus = JSON.parse(fs.readFileSync(corpusPath));
const wallet = new Wallet(web3.Keypair.generate());
const connection = new web3.Connection(rpcUrl, "confirmed");
const program = new Program(idl, new AnchorProvider(connection, wallet, { commitment: "confirmed" }));
// As declared, without Anchor's change of case: names in the corpus have neither case nor underscores.
const types = new Map(program.idl.types.map((one) => [one.name, one.type]));
const bare = (name) => name.replaceAll("_", "").toLowerCase();
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** A decoded value as the corpus writes it. */
function plain(value) {
  if (BN.isBN(value) || typeof value === "number" || typeof value === "bigint") return value.toString();
  if (value instanceof web3.PublicKey) return value.toBase58();
  if (value instanceof Uint8Array || Array.isArray(value)) return Array.from(value, plain);
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    // A choice of an enum is an object with one empty object in it.
    if (entries.length === 1 && entries[0][1] !== null && Object.keys(entries[0][1]).length === 0
      && entries[0][1].constructor === Object) return bare(entries[0][0]);
    // A variant that carries a value holds it under "0".
    const carried = entries.length === 1 && entries[0][1] !== null && Object.keys(entries[0][1]).join() === "0"
      && entries[0][1].constructor === Object;
    if (carried) return { [bare(entries[0][0])]: plain(entries[0][1][0]) };
    return Object.fromEntries(entries.map(([key, one]) => [bare(key), plain(one)]));
  }
  return value;
}

/** A value of the corpus as Anchor takes it for a type of the IDL. */
function typed(type, value) {
  if (type === "pubkey") return new web3.PublicKey(value);
  if (type === "bool") return value;
  if (typeof type === "string") return /64|128/.test(type) ? new BN(value) : Number(value);
  if (type.array) return value.map((one) => typed(type.array[0], one));
  if (type.vec) return value.map((one) => typed(type.vec, one));
  const shape = types.get(type.defined.name);
  if (shape.kind === "enum") {
    const [word, carried] = typeof value === "object" ? Object.entries(value)[0] : [value];
    const choice = shape.variants.find((one) => bare(one.name) === word);
    return { [choice.name]: carried ? { 0: typed(choice.fields[0], carried) } : {} };
  }
  return Object.fromEntries(shape.fields.map((field) => [field.name, typed(field.type, value[bare(field.name)])]));
}

function instructionOf(name) {
  return program.idl.instructions.find((one) => bare(one.name) === bare(name));
}

async function build(call) {
  const spec = instructionOf(call.instruction);
  const args = spec.args.map((arg) => typed(arg.type, call.args[bare(arg.name)]));
  const accounts = Object.fromEntries(call.accounts.map((one) => [camel(one.name), new web3.PublicKey(one.key)]));
  return program.methods[spec.name](...args).accountsStrict(accounts).instruction();
}

async function instructions() {
  for (const call of corpus) {
    const built = await build(call);
    assert.equal(built.data.toString("hex"), call.data, call.instruction);
    const keys = built.keys.map((key) => [key.pubkey.toBase58(), key.isSigner, key.isWritable]);
    assert.deepEqual(keys, call.accounts.map((one) => [one.key, one.signs, one.changes]), call.instruction);
    const decoded = program.coder.instruction.decode(Buffer.from(call.data, "hex"));
    assert.equal(bare(decoded.name), bare(call.instruction));
    assert.deepEqual(plain(decoded.data), call.args, call.instruction);
  }
  assert.equal(corpus.length, idl.instructions.length);
}

function events() {
  const seen = new Set();
  for (const { event } of corpus) {
    const decoded = program.coder.events.decode(Buffer.from(event.data, "hex").toString("base64"));
    assert.equal(bare(decoded.name), bare(event.name));
    assert.deepEqual(plain(decoded.data), event.fields, event.name);
    seen.add(event.name);
  }
  assert.deepEqual([...seen].sort(), idl.events.map((one) => one.name).sort());
}

function accounts() {
  const seen = new Set();
  for (const one of corpus.flatMap((call) => call.state)) {
    // The wire form of an account: the IDL's names without Anchor's change of case.
    const decoded = program.coder.accounts.decode(camel(one.type[0].toLowerCase() + one.type.slice(1)),
      Buffer.from(one.data, "base64"));
    assert.deepEqual(plain(decoded), one.fields, one.type);
    seen.add(one.type);
  }
  assert.deepEqual([...seen].sort(), idl.accounts.map((one) => one.name).sort());
}

function errors() {
  const known = parseIdlErrors(program.idl);
  for (const { code, msg } of idl.errors) {
    const raised = new Error(`failed to send transaction: custom program error: 0x${code.toString(16)}`);
    const translated = translateError(raised, known);
    assert.equal(translated.code, code);
    assert.equal(translated.msg, msg);
  }
}

async function sent() {
  const dropped = await connection.requestAirdrop(wallet.publicKey, 100 * 10 ** 9);
  await connection.confirmTransaction({ signature: dropped, ...(await connection.getLatestBlockhash()) });
  const id = 8;
  const at = (...seeds) => web3.PublicKey.findProgramAddressSync(seeds, program.programId)[0];
  const exchange = at(Buffer.from("exchange"), new BN(id).toArrayLike(Buffer, "le", 2));
  const shared = {
    payer: wallet.publicKey, admin: wallet.publicKey, exchange, ledger: at(Buffer.from("ledger"), exchange.toBuffer(), Buffer.from([0])),
    eventAuthority: at(Buffer.from("__event_authority")), program: program.programId,
  };
  const tier = (taker) => ({ minVolume: new BN(0), maker: 0, taker });
  const signature = await program.methods
    .initExchange(id, wallet.publicKey, 86_400, new BN(5_000_000), new BN(16 << 20), 64, [tier(500), ...Array(7).fill(tier(0))])
    .accountsPartial(shared).rpc();
  const { meta } = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0, commitment: "confirmed" });
  const inner = meta.innerInstructions.flatMap((group) => group.instructions).map((one) => anchor.utils.bytes.bs58.decode(one.data));
  const tag = Buffer.from("e445a52e51cb9a1d", "hex");
  const [found] = inner.filter((data) => tag.equals(data.slice(0, 8)));
  const event = program.coder.events.decode(Buffer.from(found.slice(8)).toString("base64"));
  assert.equal(event.name, "exchangeInitialised");
  assert.equal(event.data.admin.toBase58(), wallet.publicKey.toBase58());
  for (let step = 0; step < 10; step += 1) {
    await program.methods.growAccount({ exchange: {} }, 0).accountsPartial({ ...shared, account: exchange })
      .preInstructions([web3.ComputeBudgetProgram.setComputeUnitLimit({ units: 100_000 + step })]).rpc();
    if ((await connection.getAccountInfo(exchange)).data[10] === 1) break;
  }
  const state = await program.account.exchange.fetch(exchange);
  assert.equal(state.id, id);
  assert.equal(state.ledger.toBase58(), shared.ledger.toBase58());
  // The message alone: Anchor finds no number in a text that says it twice, as one with the logs does.
  const refusal = await program.methods.openExchange().accountsPartial(shared).rpc().catch((error) => error);
  assert.equal(translateError(new Error(refusal.transactionMessage), parseIdlErrors(program.idl)).code, 6011);
}

assert.ok(new BorshCoder(idl), "the IDL as it is, without Program's change of case");
await instructions();
events();
accounts();
errors();
await sent();
console.log(`@coral-xyz/anchor: ${corpus.length} instructions, ${idl.events.length} events, ${idl.errors.length} errors`);
