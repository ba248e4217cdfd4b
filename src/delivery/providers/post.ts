import type { SendResult } from "./provider.ts";

/** What a provider answered, as far as anybody reads it: `body` has the texts and numbers of the JSON, as texts. */
type Answer = { ok: true; status: number; retryAfterSeconds: number | undefined; body: Record<string, string> };

/** Bytes of an answer that are read. */
const READ = 65_536;

/**
 * One POST to a provider. An answer of any status is an answer; no answer in time, or none at all, is a failure that may pass. Redirects are
 * not followed: what is sent here is for the configured address.
 */
export async function post(
	url: string,
	init: { headers: Record<string, string>; body: string; signal: AbortSignal },
): Promise<Answer | Extract<SendResult, { ok: false }>> {
	try {
		const response = await fetch(url, { ...init, method: "POST", redirect: "manual" });
		const { status, headers } = response;
		return { ok: true, status, retryAfterSeconds: retryAfter(headers), body: await bodyOf(response) };
	} catch {
		return { ok: false, permanent: false, code: init.signal.aborted ? "Timeout" : "Unreachable" };
	}
}

/** Statuses that may pass: the request came too early, too often, or at a bad time. */
export function mayPass(status: number): boolean {
	return status === 408 || status === 425 || status === 429 || status >= 500;
}

function retryAfter(headers: Headers): number | undefined {
	const text = headers.get("Retry-After") ?? "";
	const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
	return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

/** Empty when the body is no object, or does not arrive: the status has said what counts. */
async function bodyOf(response: Response): Promise<Record<string, string>> {
	try {
		const entries = Object.entries(JSON.parse(await beginning(response)) as object);
		const scalars = entries.filter(([, value]) => typeof value === "string" || typeof value === "number");
		return Object.fromEntries(scalars.map(([name, value]) => [name, String(value)]));
	} catch {
		return {};
	}
}

async function beginning({ body }: Response): Promise<string> {
	if (!body) return "";
	const decoder = new TextDecoder();
	let text = "";
	for await (const chunk of body) {
		text += decoder.decode(chunk as Uint8Array, { stream: true });
		if (text.length > READ) break;
	}
	return text;
}
