import { hand } from "../delivery/delivery.ts";
import type { Channel } from "../delivery/message.ts";
import { Failure } from "../http/failure.ts";
import { newGuid } from "../rooms/room-id.ts";
import { eventStatement, sealEvents } from "./audit.ts";
import { dispatch, publish } from "./dispatch.ts";
import { once, type Claim, type Given } from "./idempotency.ts";
import { linkFor, presented, tenantNameOf } from "./link.ts";
import { otpChannelOf, recipientOf } from "./recipient.ts";
import { readResource } from "./resource.ts";
import { readType, type ResourceType } from "./resource-type.ts";
import type { CreateRequest, CreateResponse } from "./schema.ts";
import type { Staff } from "../auth/staff.ts";
import { actorOf } from "./staff.ts";
import { insertLink, type NewLink } from "./store.ts";
import { HOUR_MS, tooLong, tooManyViews } from "./policy.ts";
import { tierRules } from "./tiers.ts";
import { unchanged } from "./token-store.ts";

/** Makes a link and sends it. What cannot be sent is told in `deliveryErrors`; the link is made all the same. */
export async function createLink(
	staff: Staff,
	request: CreateRequest,
	idempotencyKey: string | undefined,
): Promise<CreateResponse> {
	if (staff.env.PORTAL_BASE_URL === "")
		throw new Failure("NotConfigured", "Customer links need a PORTAL_BASE_URL on this server.");
	const { linkUid, ...kept } = await once(staff, idempotencyKey, request, (claim) => make(staff, request, claim));
	return { link: presented(await linkFor(staff, linkUid)), ...kept };
}

async function make(staff: Staff, request: CreateRequest, claim: Claim | undefined): Promise<Given> {
	const { env, tenant, principal, trace, context } = staff;
	const now = Date.now();
	const type = await readType(tenant, request.resourceType);
	const limits = limitsOf(type, request, now);
	const resource = await readResource(staff, type, request.resourceUid);
	const { isPhoneInvalid, ...recipient } = await recipientOf(tenant, request, resource);
	const uid = newGuid(now);
	const by = { actor: actorOf(staff), trace };
	const ways = { channels: channelsOf(request), isPhoneInvalid, isAgain: false, now, by };
	const link = { uid, version: 1, tier: type.tier, createdByName: principal.name, ...recipient, ...limits };
	const sending = await dispatch(env, tenant, link, { ...ways, tenantName: await tenantNameOf(tenant) });
	const { portalUrl, deliveryErrors, sent } = sending;
	const row: NewLink = {
		...link,
		resourceType: type.name,
		resourceUid: request.resourceUid,
		otpChannel: otpChannelOf(type.tier, recipient, sent),
		deliveryChannels: sent.join(","),
		createdBy: principal.userId,
		createdByAgentId: principal.agentId ?? null,
		createdAt: now,
	};
	const created = eventStatement(tenant, unchanged(tenant, link).linkId, {
		type: "Created",
		at: now,
		...by,
		data: { resourceType: type.name, resourceUid: request.resourceUid, tier: type.tier },
	});
	const given = { linkUid: uid, portalUrl, deliveryErrors };
	const made = await insertLink(tenant, row, await claim?.(given), [created, ...sending.statements]);
	if (!made)
		throw new Failure("Busy", "The same request took too long before, or its contact was just removed; ask again.");
	hand(env, context, tenant.tenantId, sending.deliveryIds);
	context.waitUntil(publish(env, made, sending.tokenHashes, now));
	context.waitUntil(sealEvents(tenant, made.id));
	return given;
}

function channelsOf({ deliverEmail, deliverSms }: CreateRequest): Channel[] {
	return [...(deliverEmail ? (["Email"] as const) : []), ...(deliverSms ? (["Sms"] as const) : [])];
}

/** How long and how often a link works: as asked for, if the tier allows it. */
function limitsOf(type: ResourceType, { expiresInHours, maxViews }: CreateRequest, now: number) {
	const { lifeHours, maxViews: most } = tierRules[type.tier];
	const hours = expiresInHours || lifeHours.default;
	if (hours > lifeHours.max) throw tooLong(type.tier, "ExpiresInHours");
	if (most !== null && maxViews && maxViews > most) throw tooManyViews(type.tier);
	return { expiresAt: now + hours * HOUR_MS, maxViews: maxViews || most };
}
