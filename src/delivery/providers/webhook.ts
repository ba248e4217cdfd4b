import { mayPass, post } from "./post.ts";
import type { EmailMessage, EmailProvider, SendContext, SendResult, SmsMessage, SmsProvider } from "./provider.ts";

/**
 * A signed POST to WEBHOOK_URL, for whoever sends by means of their own; see docs/webhook.md. Signed as https://www.standardwebhooks.com says:
 * HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}` with WEBHOOK_SECRET (`whsec_` and base64). `webhook-id` is the delivery's, the
 * same at every try.
 */
export function webhook({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }: Env): (EmailProvider & SmsProvider) | undefined {
	const key = keyOf(secret);
	if (!url || !key) return undefined;
	return {
		name: "webhook",
		async send(message: EmailMessage | SmsMessage, { idempotencyKey, signal }: SendContext): Promise<SendResult> {
			const body = JSON.stringify(eventOf(message));
			const timestamp = String(Math.floor(Date.now() / 1000));
			const answer = await post(url, {
				signal,
				headers: {
					"Content-Type": "application/json",
					"webhook-id": idempotencyKey,
					"webhook-timestamp": timestamp,
					"webhook-signature": `v1,${await signature(key, `${idempotencyKey}.${timestamp}.${body}`)}`,
				},
				body,
			});
			if (!answer.ok) return answer;
			const { status, retryAfterSeconds, body: said } = answer;
			if (status >= 200 && status < 300) return { ok: true, providerId: said["id"] ?? idempotencyKey };
			const code = said["code"] ?? `Http${status}`;
			return { ok: false, permanent: !mayPass(status), code, retryAfterSeconds, isUnwanted: code === "Suppressed" };
		},
	};
}

function eventOf(message: EmailMessage | SmsMessage) {
	const { channel, createdAt, expiresAt, ...rest } = message;
	const data = { ...rest, channel, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
	return { type: `message.${channel.toLowerCase()}`, timestamp: new Date(createdAt).toISOString(), data };
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (character) => character.charCodeAt(0));
		return bytes.length >= 24 ? bytes : undefined;
	} catch {
		return undefined;
	}
}

async function signature(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
	const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
	const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(text)));
	return btoa(String.fromCharCode(...bytes));
}
