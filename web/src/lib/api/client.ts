/**
 * The gateway's REST API, same origin.
 *
 *     GatewayError
 *     |- Refusal       the gateway answered with a problem: it says what was wrong and what would be right
 *     `- Unreachable   no answer at all
 */
import createClient from "openapi-fetch";
import type { ProblemBody } from "./models";
import type { paths } from "./types";

export class GatewayError extends Error {}

export class Refusal extends GatewayError {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly signature: string | null,
  ) {
    super(detail);
    this.name = "Refusal";
  }
}

export class Unreachable extends GatewayError {
  constructor(cause: unknown) {
    super("The gateway can't be reached. Check that the exchange is running.", { cause });
    this.name = "Unreachable";
  }
}

let accessToken: string | null = null;

/** The short access token of a signed-in wallet; kept in memory only. */
export function setAccessToken(token: string | null): void {
  accessToken = token;
}

export const signedIn = (): boolean => accessToken !== null;

export const gateway = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  fetch: async (request) => {
    if (accessToken) request.headers.set("Authorization", `Bearer ${accessToken}`);
    try {
      return await fetch(request);
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw new Unreachable(cause);
    }
  },
});

function refusal(response: Response, body: unknown): Refusal {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<ProblemBody>;
  const detail = problem.detail ?? problem.title ?? `The gateway answered ${response.status} ${response.statusText}.`;
  return new Refusal(response.status, problem.code ?? `http_${response.status}`, detail, problem.signature ?? null);
}

/** The body of a successful answer, or the refusal as an exception. */
export async function answered<Data>(
  reply: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await reply;
  if (!response.ok || data === undefined || data === null) throw refusal(response, error);
  return data;
}

/** What to tell the user. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
