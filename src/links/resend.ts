import { hand } from "../delivery/delivery.ts";
import type { Channel } from "../delivery/message.ts";
import { Failure } from "../http/failure.ts";
import { closeVisits } from "../portal/visits.ts";
import { eventStatement, sealEvents } from "./audit.ts";
import { checkedExpiry, inactive } from "./change.ts";
import { dispatch, publish } from "./dispatch.ts";
import { iso, linkFor, presented, tenantNameOf, type LinkRow } from "./link.ts";
import { HOUR_MS } from "./policy.ts";
import { otpChannelOf, refreshed } from "./recipient.ts";
import type { CreateResponse, ResendBody } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { actorOf } from "./staff.ts";
import { updateLink } from "./store.ts";
import { spend } from "./throttle.ts";
import { revokeTokens, unchanged } from "./token-store.ts";

/** How often a link may be sent again. */
const RESENDS = { limit: 10, windowMs: HOUR_MS };

/**
 * Sends a link again, each way with a new token. An address or a consent that the contact has got meanwhile is taken up; those that the link
 * has stay. Older messages go on working unless they are to be voided.
 */
export async function resend(staff: Staff, uid: string, body: ResendBody): Promise<CreateResponse> {
	const { env, tenant, trace, context } = staff;
	const now = Date.now();
	const row = await linkFor(staff, uid);
	const expiresAt = extended(row, body.extendHours, now);
	const refused = inactive({ ...row, expiresAt }, now);
	if (refused) throw refused;
	const { granted, retryAfterMs } = await spend(tenant, `resend:${row.id}`, RESENDS, now);
	if (!granted) throw tooOften(retryAfterMs);
	const recipient = await refreshed(tenant, row);
	const by = { actor: actorOf(staff), trace };
	const ways = { channels: channelsOf(row, recipient, body), isAgain: true, now, by };
	const tenantName = await tenantNameOf(tenant);
	const sending = await dispatch(env, tenant, { ...row, ...recipient, expiresAt }, { ...ways, tenantName });
	const { linkId } = unchanged(tenant, row);
	const data = {
		channels: sending.sent.join(","),
		invalidatePrevious: String(body.invalidatePrevious),
		expiresAtUtc: iso(expiresAt),
	};
	const event = eventStatement(tenant, linkId, { type: "Resent", at: now, ...by, data });
	const voiding = body.invalidatePrevious ? [revokeTokens(tenant, linkId, now)] : [];
	const sent = new Set([...row.deliveryChannels.split(",").filter(Boolean), ...sending.sent]);
	const change = {
		expiresAt,
		...recipient,
		otpChannel: otpChannelOf(row.tier, recipient, sending.sent),
		deliveryChannels: ["Email", "Sms"].filter((channel) => sent.has(channel)).join(","),
	};
	const changed = await updateLink(tenant, row, change, { before: [...voiding, event, ...sending.statements] });
	if (!changed) throw new Failure("Busy", "Somebody else has just changed this link; look at it and try again.");
	hand(env, context, tenant.tenantId, sending.deliveryIds);
	context.waitUntil(publish(env, changed, sending.tokenHashes, now));
	context.waitUntil(sealEvents(tenant, row.id));
	if (body.invalidatePrevious) await closeVisits(env, tenant.tenantId, row);
	const { portalUrl, deliveryErrors } = sending;
	return { link: presented(changed), portalUrl, deliveryErrors };
}

function extended(row: LinkRow, hours: number | undefined, now: number): number {
	return hours ? checkedExpiry(row, Math.max(row.expiresAt, now) + hours * HOUR_MS, "ExtendHours") : row.expiresAt;
}

/** As asked for; else as it was sent before; else where there is an address. */
function channelsOf(
	{ deliveryChannels }: LinkRow,
	{ recipientEmail }: { recipientEmail: string | null },
	{ deliverEmail, deliverSms }: ResendBody,
): Channel[] {
	const asked = [...(deliverEmail ? (["Email"] as const) : []), ...(deliverSms ? (["Sms"] as const) : [])];
	if (asked.length > 0 || deliverEmail !== undefined || deliverSms !== undefined) return asked;
	const before = (["Email", "Sms"] as const).filter((channel) => deliveryChannels.includes(channel));
	return before.length > 0 || recipientEmail === null ? before : ["Email"];
}

function tooOften(retryAfterMs: number): Failure {
	return new Failure("ResendLimit", `A link is sent again ${RESENDS.limit} times an hour at most.`, {
		headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) },
	});
}
