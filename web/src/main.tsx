import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { Crash } from "@/app/Crash";
import { queries } from "@/lib/api/queries";
import "@/styles/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Crash>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </Crash>
  </StrictMode>,
);
