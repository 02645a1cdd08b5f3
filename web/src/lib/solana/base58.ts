/** Base58 with Bitcoin's alphabet, as Solana writes keys and signatures. */
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, BigInt(value)] as const));

export function encodeBase58(bytes: Uint8Array): string {
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let text = "";
  for (; number > 0n; number /= 58n) text = (ALPHABET[Number(number % 58n)] ?? "") + text;
  for (const byte of bytes) {
    if (byte !== 0) break;
    text = `1${text}`;
  }
  return text;
}

export function decodeBase58(text: string): Uint8Array {
  let number = 0n;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new Error(`"${letter}" is not a base58 letter`);
    number = number * 58n + value;
  }
  const bytes: number[] = [];
  for (; number > 0n; number /= 256n) bytes.unshift(Number(number % 256n));
  for (const letter of text) {
    if (letter !== "1") break;
    bytes.unshift(0);
  }
  return Uint8Array.from(bytes);
}
