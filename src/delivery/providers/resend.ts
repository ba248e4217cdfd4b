import { mayPass, post } from "./post.ts";
import type { EmailProvider, SendResult } from "./provider.ts";

/**
 * Resend, https://resend.com/docs/api-reference/emails/send-email: RESEND_API_KEY, EMAIL_FROM, and RESEND_URL when it is not the public one.
 * Its idempotency keys hold for 24 hours. Errors: https://resend.com/docs/api-reference/errors.
 */
export function resend({ RESEND_API_KEY: key, EMAIL_FROM: from, RESEND_URL: base }: Env): EmailProvider | undefined {
	if (!key || !from || !base) return undefined;
	return {
		name: "resend",
		async send({ to, subject, text, html }, { idempotencyKey, signal }): Promise<SendResult> {
			const headers = { "Auto-Submitted": "auto-generated" };
			const answer = await post(`${base}/emails`, {
				signal,
				headers: {
					Authorization: `Bearer ${key}`,
					"Content-Type": "application/json",
					"Idempotency-Key": idempotencyKey,
					// Without one it answers 403.
					"User-Agent": "foyer",
				},
				body: JSON.stringify({ from, to: [to], subject, text, html, headers }),
			});
			if (!answer.ok) return answer;
			const { status, body, retryAfterSeconds } = answer;
			if (status >= 200 && status < 300) return { ok: true, providerId: body["id"] ?? "" };
			const code = body["name"] ?? `Http${status}`;
			// The same key is being worked on by a try that we gave up on.
			const isBusy = code === "concurrent_idempotent_requests";
			return { ok: false, permanent: !isBusy && !mayPass(status), code, retryAfterSeconds };
		},
	};
}
