import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { idlInstructions } from "./vite.idl.ts";

const gateway = process.env["GATEWAY_URL"] ?? "http://127.0.0.1:3002";

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss(), idlInstructions()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // A literal, so that a build without it drops the development wallet's whole chunk.
  define: { __LOCALNET_BUILD__: JSON.stringify(mode !== "production") },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": { target: gateway, ws: true, changeOrigin: true } },
  },
  build: {
    target: "es2022",
    manifest: true,
    // Data URLs would need a looser content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
}));
