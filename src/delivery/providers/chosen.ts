import { cloudflare } from "./cloudflare.ts";
import { outbox } from "./outbox.ts";
import type { EmailProvider, SmsProvider } from "./provider.ts";
import { resend } from "./resend.ts";
import { twilio } from "./twilio.ts";
import { webhook } from "./webhook.ts";

const email = new Map<string, (env: Env) => EmailProvider | undefined>(
	Object.entries({ outbox, cloudflare, resend, webhook }),
);
const sms = new Map<string, (env: Env) => SmsProvider | undefined>(Object.entries({ outbox, twilio, webhook }));

/** Who carries e-mails, by EMAIL_PROVIDER; undefined when there is no such provider, or it lacks something. */
export function emailProvider(env: Env): EmailProvider | undefined {
	return email.get(env.EMAIL_PROVIDER)?.(env);
}

/** Who carries text messages, by SMS_PROVIDER; undefined as above. */
export function smsProvider(env: Env): SmsProvider | undefined {
	return sms.get(env.SMS_PROVIDER)?.(env);
}
