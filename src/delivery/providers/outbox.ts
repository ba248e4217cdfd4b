import { isDevelopment } from "../../auth/development.ts";
import { keep } from "../outbox.ts";
import type { EmailProvider, SmsProvider } from "./provider.ts";

/** Nothing leaves the machine: messages are kept for `/dev/outbox`. In development only: elsewhere nobody could read them, nor should. */
export function outbox(env: Env): (EmailProvider & SmsProvider) | undefined {
	if (!isDevelopment(env)) return undefined;
	return {
		name: "outbox",
		async send(message) {
			await keep(env, message);
			return { ok: true, providerId: message.id };
		},
	};
}
