/** The one struct that many instructions of the program take: `terms`. */
import type { Value } from "../solana/decode";

export type Terms = Readonly<Record<string, Value>>;

export const isTerms = (value: Value | undefined): value is Terms => typeof value === "object" && value !== null && !Array.isArray(value);
