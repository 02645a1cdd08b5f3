/** Keeps one non-extractable Ed25519 key in IndexedDB: the page can sign with it but never read it. */
const DATABASE = "quantdesk";
const STORE = "keys";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB is closed to this page"));
  });
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB refused the request"));
  });
}

/** The key of that name, made on first use. */
export async function persistentKey(name: string): Promise<CryptoKeyPair> {
  const database = await opened();
  try {
    const found: unknown = await settled(database.transaction(STORE).objectStore(STORE).get(name));
    if (found) return found as CryptoKeyPair;
    const fresh = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    await settled(database.transaction(STORE, "readwrite").objectStore(STORE).put(fresh, name));
    return fresh;
  } finally {
    database.close();
  }
}

export async function rawPublicKey(pair: CryptoKeyPair): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
}
