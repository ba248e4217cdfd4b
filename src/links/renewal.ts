import { hand } from "../delivery/delivery.ts";
import type { Channel } from "../delivery/message.ts";
import type { TenantDatabase } from "../db/database.ts";
import { eventStatement, recipient, recordEvent, sealEvents } from "./audit.ts";
import { dispatch, publish } from "./dispatch.ts";
import { iso, statusOf, tenantNameOf, type LinkRow } from "./link.ts";
import { HOUR_MS } from "./policy.ts";
import { agreesStill } from "./recipient.ts";
import { updateLink } from "./store.ts";
import { tierRules } from "./tiers.ts";
import { unchanged } from "./token-store.ts";
import type { Trace } from "../http/trace.ts";

/** Where somebody without an account asks for something. */
export type Asked = {
	env: Env;
	context: Pick<ExecutionContext, "waitUntil">;
	tenant: TenantDatabase;
	trace: Trace;
};

/**
 * Sends a link anew to the recipient on record, who asked for it. One that has expired goes on for what its tier gives, as long as the tier lets
 * it last at all; what its sender withdrew, what was used up and what wrong codes have locked stays as it is. Either way the audit tells its
 * sender that a new one was asked for.
 */
export async function renew({ env, context, tenant, trace }: Asked, known: LinkRow): Promise<void> {
	const now = Date.now();
	const row = { ...known, smsConsent: await agreesStill(tenant, known) };
	const by = { actor: recipient, trace };
	const asked = { type: "NewLinkRequested", at: now, ...by } as const;
	const expiresAt = row.expiresAt > now ? row.expiresAt : renewedUntil(row, now);
	const channels = channelsOf(row);
	if (channels.length === 0 || statusOf({ ...row, expiresAt }, now) !== "Active")
		return recordEvent(tenant, row.id, asked);
	const ways = { channels, isAgain: true, tenantName: await tenantNameOf(tenant), now, by };
	const sending = await dispatch(env, tenant, { ...row, expiresAt }, ways);
	const extended = expiresAt === row.expiresAt ? {} : { data: { expiresAtUtc: iso(expiresAt) } };
	const event = eventStatement(tenant, unchanged(tenant, row).linkId, { ...asked, ...extended });
	const changed = await updateLink(tenant, row, { expiresAt }, { before: [event, ...sending.statements] });
	// Somebody of the staff has just changed it: they know, and the recipient may ask again.
	if (!changed) return;
	hand(env, context, tenant.tenantId, sending.deliveryIds);
	await Promise.all([publish(env, changed, sending.tokenHashes, now), sealEvents(tenant, row.id)]);
}

/** Counted from when it was made, so that no renewal outlasts the tier. */
function renewedUntil({ tier, createdAt }: LinkRow, now: number): number {
	const { lifeHours } = tierRules[tier];
	return Math.min(now + lifeHours.default * HOUR_MS, createdAt + lifeHours.max * HOUR_MS);
}

/** As it was sent before, as far as the recipient still agrees to it; else where there is an address. */
function channelsOf({ deliveryChannels, recipientEmail, recipientPhone, smsConsent }: LinkRow): Channel[] {
	const isTextable = recipientPhone !== null && smsConsent;
	const before = (["Email", "Sms"] as const).filter((channel) => deliveryChannels.includes(channel));
	const ways = before.filter((channel) => channel !== "Sms" || isTextable);
	if (ways.length > 0) return ways;
	if (recipientEmail !== null) return ["Email"];
	return isTextable ? ["Sms"] : [];
}
