/** True in localnet builds only: a literal, so that other builds drop what hangs on it. */
declare const __LOCALNET_BUILD__: boolean;

/** The program's instructions that a trader may sign, out of idl/quantdesk.json (vite.idl.ts). */
declare module "virtual:instructions" {
  type IdlType = string | { vec: IdlType } | { array: [IdlType, number] } | { option: IdlType } | { defined: { name: string } };
  interface Field {
    readonly name: string;
    readonly type: IdlType;
  }
  export const INSTRUCTIONS: readonly {
    readonly name: string;
    readonly discriminator: readonly number[];
    readonly accounts: readonly string[];
    readonly args: readonly Field[];
  }[];
  export const TYPES: readonly { readonly name: string; readonly fields?: readonly Field[]; readonly variants?: readonly string[] }[];
}
