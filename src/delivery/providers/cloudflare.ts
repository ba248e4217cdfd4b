import type { EmailProvider, SendResult } from "./provider.ts";

/** Codes that may pass; the others are about the message or its sender. A failure without a code is one of the binding itself. */
const PASSING = new Set(["E_RATE_LIMIT_EXCEEDED", "E_DAILY_LIMIT_EXCEEDED", "E_INTERNAL_SERVER_ERROR"]);

/**
 * Cloudflare Email Service, https://developers.cloudflare.com/email-service/api/send-emails/workers-api/: the `send_email` binding EMAIL (see
 * wrangler.toml) and EMAIL_FROM on a domain that was onboarded.
 */
export function cloudflare(env: Env): EmailProvider | undefined {
	const { EMAIL: binding } = env as Env & { EMAIL?: SendEmail };
	const from = senderOf(env.EMAIL_FROM);
	if (!binding || !from) return undefined;
	return {
		name: "cloudflare",
		async send({ to, subject, text, html }, { idempotencyKey, signal }): Promise<SendResult> {
			const headers = { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": idempotencyKey };
			try {
				const mail = { from, to, subject, text, headers, ...(html === undefined ? {} : { html }) };
				const { messageId } = await Promise.race([binding.send(mail), aborted(signal)]);
				return { ok: true, providerId: messageId };
			} catch (error) {
				if (signal.aborted) return { ok: false, permanent: false, code: "Timeout" };
				const { code } = error as { code?: unknown };
				if (typeof code !== "string") return { ok: false, permanent: false, code: "Unreachable" };
				return { ok: false, permanent: !PASSING.has(code), code, isUnwanted: code === "E_RECIPIENT_SUPPRESSED" };
			}
		},
	};
}

/** "Acme <no-reply@acme.example>", or the address alone. */
function senderOf(text: string): string | { name: string; email: string } | undefined {
	const [, name = "", email = ""] = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>\s*$/.exec(text) ?? [];
	if (email === "") return text.trim() || undefined;
	return name === "" ? email : { name, email };
}

/** The binding takes no signal: its mail may go out after we gave up on it. */
function aborted(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => {
		const stop = () => reject(new Error("aborted"));
		if (signal.aborted) stop();
		signal.addEventListener("abort", stop, { once: true });
	});
}
