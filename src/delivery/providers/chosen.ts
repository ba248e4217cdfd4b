import { cloudflare } from "./cloudflare.ts";
import { outbox } from "./outbox.ts";
import type { EmailProvider, SmsProvider } from "./provider.ts";
import { resend } from "./resend.ts";
import { twilio } from "./twilio.ts";
import { webhook } from "./webhook.ts";

const email: Record<string, (env: Env) => EmailProvider | undefined> = { outbox, cloudflare, resend, webhook };
const sms: Record<string, (env: Env) => SmsProvider | undefined> = { outbox, twilio, webhook };

/** Who carries e-mails, by EMAIL_PROVIDER; undefined when there is no such provider, or it lacks something. */
export function emailProvider(env: Env): EmailProvider | undefined {
	return email[env.EMAIL_PROVIDER]?.(env);
}

/** Who carries text messages, by SMS_PROVIDER; undefined as above. */
export function smsProvider(env: Env): SmsProvider | undefined {
	return sms[env.SMS_PROVIDER]?.(env);
}
