import { mayPass, post } from "./post.ts";
import type { SendResult, SmsProvider } from "./provider.ts";

/** "Attempt to send to unsubscribed recipient": whoever answered STOP. */
const UNSUBSCRIBED = "21610";
/** Twilio keeps a message for so long at most, in seconds. */
const LONGEST_VALIDITY = 36_000;

/**
 * Twilio, https://www.twilio.com/docs/messaging/api/message-resource: TWILIO_ACCOUNT_SID, an API key (TWILIO_API_KEY and TWILIO_API_SECRET; the
 * account's SID and its auth token will do), TWILIO_FROM (a number, or a messaging service `MG…`), and TWILIO_URL when it is not the public
 * one. It knows no idempotency keys: what timed out there may arrive twice.
 */
export function twilio(env: Env): SmsProvider | undefined {
	const { TWILIO_ACCOUNT_SID: account, TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, TWILIO_FROM: from } = env;
	const base = env.TWILIO_URL;
	if (!account || !key || !secret || !from || !base) return undefined;
	const url = `${base}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
	return {
		name: "twilio",
		async send({ to, text, expiresAt }, { signal }): Promise<SendResult> {
			const form = new URLSearchParams({ To: to, Body: text });
			form.set(from.startsWith("MG") ? "MessagingServiceSid" : "From", from);
			if (expiresAt !== null) form.set("ValidityPeriod", String(validity(expiresAt)));
			const answer = await post(url, {
				signal,
				headers: {
					Authorization: `Basic ${btoa(`${key}:${secret}`)}`,
					"Content-Type": "application/x-www-form-urlencoded",
				},
				body: form.toString(),
			});
			if (!answer.ok) return answer;
			const { status, body, retryAfterSeconds } = answer;
			if (status >= 200 && status < 300) return { ok: true, providerId: body["sid"] ?? "" };
			const code = body["code"] ?? `Http${status}`;
			return { ok: false, permanent: !mayPass(status), code, retryAfterSeconds, isUnwanted: code === UNSUBSCRIBED };
		},
	};
}

function validity(expiresAt: number): number {
	return Math.min(LONGEST_VALIDITY, Math.max(1, Math.floor((expiresAt - Date.now()) / 1000)));
}
