/** The program's instructions out of idl/quantdesk.json, as a module: what a trader's transaction may hold. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const NAME = "virtual:instructions";
const RESOLVED = `\0${NAME}`;
const FILE = fileURLToPath(new URL("../idl/quantdesk.json", import.meta.url));
/** Governance: never a trader's, so a transaction that holds one of these stays undecodable on purpose. */
const GOVERNANCE = new Set(["init_exchange", "open_exchange", "add_collateral", "create_market", "grow_account", "update_price"]);

interface Named {
  readonly name: string;
}

interface Idl {
  readonly instructions: readonly (Named & { discriminator: readonly number[]; accounts: readonly Named[]; args: readonly (Named & { type: unknown })[] })[];
  readonly types: readonly (Named & { type: { kind: string; fields?: readonly (Named & { type: unknown })[]; variants?: readonly Named[] } })[];
}

function instructions(): string {
  const idl = JSON.parse(readFileSync(FILE, "utf8")) as Idl;
  const kept = idl.instructions
    .filter(({ name }) => !GOVERNANCE.has(name))
    .map(({ name, discriminator, accounts, args }) => ({
      name,
      discriminator,
      accounts: accounts.map((account) => account.name),
      args: args.map((arg) => ({ name: arg.name, type: arg.type })),
    }));
  const text = JSON.stringify(kept);
  const types = idl.types
    .filter(({ name, type }) => type.kind === "enum" || text.includes(`"${name}"`))
    .map(({ name, type }) => ({
      name,
      fields: type.fields?.map((field) => ({ name: field.name, type: field.type })),
      variants: type.variants?.map((variant) => variant.name),
    }));
  return `export const INSTRUCTIONS = ${text};\nexport const TYPES = ${JSON.stringify(types)};\n`;
}

export function idlInstructions(): Plugin {
  return {
    name: "quantdesk-idl",
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      this.addWatchFile(FILE);
      return instructions();
    },
  };
}
