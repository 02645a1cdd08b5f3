/**
 * What the build may be: at most 180 KB gzip of script before first paint, the chart in a chunk of its own, and no
 * development wallet in the production bundle (in the localnet bundle there must be one).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 180 * 1024;
const MARKER = "quantdesk-development-wallet";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url));
const problems = [];

/** Every script that the entry needs before it runs: itself and its static imports. */
function initialScripts(manifest) {
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const next of manifest[key].imports ?? []) visit(next);
  };
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);
  return [...seen].map((key) => manifest[key].file);
}

for (const folder of ["dist", "dist-production"]) {
  if (!existsSync(new URL(`../${folder}`, import.meta.url))) {
    problems.push(`${folder} is missing: build it first`);
    continue;
  }
  const manifest = JSON.parse(read(`${folder}/.vite/manifest.json`).toString());
  const files = initialScripts(manifest);
  const bytes = files.reduce((sum, file) => sum + gzipSync(read(`${folder}/${file}`), { level: 9 }).length, 0);
  console.log(`${folder}: ${(bytes / 1024).toFixed(1)} KB gzip of initial script in ${files.length} files (limit ${LIMIT / 1024} KB)`);
  if (bytes > LIMIT) problems.push(`${folder}: ${bytes} bytes of initial script, over ${LIMIT}`);
  if (files.some((file) => read(`${folder}/${file}`).includes("lightweight-charts"))) problems.push(`${folder}: the chart is not lazy`);
  const marked = readdirSync(new URL(`../${folder}/assets`, import.meta.url)).filter((name) => name.endsWith(".js") && read(`${folder}/assets/${name}`).includes(MARKER));
  if (folder === "dist-production" && marked.length) problems.push(`the production bundle carries the development wallet: ${marked.join(", ")}`);
  if (folder === "dist" && !marked.length) problems.push("the localnet bundle has no development wallet");
}

for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
