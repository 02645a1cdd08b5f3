/** Fails when src/lib/api/types.ts is not what the committed OpenAPI document generates. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "api-types-"));
const fresh = join(folder, "types.ts");
try {
  execFileSync("node_modules/.bin/openapi-typescript", ["../docs/reference/openapi.json", "-o", fresh], { stdio: ["ignore", "ignore", "inherit"] });
  if (readFileSync(fresh, "utf8") !== readFileSync("src/lib/api/types.ts", "utf8")) {
    console.error("src/lib/api/types.ts has drifted from docs/reference/openapi.json: npm run types");
    process.exit(1);
  }
  console.log("API types match docs/reference/openapi.json");
} finally {
  rmSync(folder, { recursive: true });
}
