/** How a link reaches its recipient: a token of its own for each way, and a message with it where it is sent. */
import type { Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { deliverable, queued } from "../delivery/delivery.ts";
import type { Channel } from "../delivery/message.ts";
import { linkMessage, newLinkMessage } from "../delivery/templates.ts";
import { eventStatement, type LinkEvent } from "./audit.ts";
import { insertToken, unchanged, type TokenChannel } from "./token-store.ts";
import { tierRules, type Tier } from "./tiers.ts";
import { newToken, portalUrl, publishLocator } from "./tokens.ts";

/** What of a link its dispatch depends on. */
export type Dispatched = {
	uid: string;
	version: number;
	tier: Tier;
	recipientEmail: string | null;
	recipientPhone: string | null;
	recipientName: string;
	smsConsent: boolean;
	createdByName: string;
	expiresAt: number;
};

export type Ways = {
	/** By which channels it shall be sent. */
	channels: readonly Channel[];
	/** A number was named that is none. */
	isPhoneInvalid?: boolean;
	/** It was sent before. */
	isAgain: boolean;
	tenantName: string;
	now: number;
	/** Who sends it, for the audit. */
	by: Pick<LinkEvent, "actor" | "trace">;
};

/** Statements for the batch in which the link is as it was read, and what is left to do after it. */
export type Dispatch = {
	statements: Statement[];
	/** With a token that is nowhere else: to be shown to the sender, once. */
	portalUrl: string;
	/** Stable strings, such as `Sms:NoConsent`. */
	deliveryErrors: string[];
	/** By which channels it is on its way. */
	sent: Channel[];
	/** For `hand`. */
	deliveryIds: string[];
	tokenHashes: string[];
};

/** Prepares the ways that a link takes. Quotas are counted here: call it once. */
export async function dispatch(env: Env, tenant: TenantDatabase, link: Dispatched, ways: Ways): Promise<Dispatch> {
	const { linkId } = unchanged(tenant, link);
	const { now, by } = ways;
	const own = await tokenFor(tenant, linkId, "Url", now);
	const result: Dispatch = {
		statements: [own.statement],
		portalUrl: portalUrl(env, own.token),
		deliveryErrors: [],
		sent: [],
		deliveryIds: [],
		tokenHashes: [own.tokenHash],
	};
	for (const channel of ways.channels) {
		// oxlint-disable-next-line no-await-in-loop -- two at most, and each counts against the same quotas
		const destination = await destinationOf(env, tenant, link, channel, ways);
		if ("obstacle" in destination) {
			result.deliveryErrors.push(`${channel}:${destination.obstacle}`);
			const data = { reason: destination.obstacle };
			result.statements.push(eventStatement(tenant, linkId, { type: "DeliveryFailed", at: now, channel, data, ...by }));
			continue;
		}
		// oxlint-disable-next-line no-await-in-loop -- as above
		const message = await messageFor(env, tenant, link, { channel, to: destination.to }, ways);
		result.statements.push(...message.statements);
		result.sent.push(channel);
		result.deliveryIds.push(message.id);
		result.tokenHashes.push(message.tokenHash);
	}
	return result;
}

/** Lets the tokens of a link be found without D1. What gets lost here costs a look-up. */
export async function publish(
	env: Env,
	{ tenantId, id, expiresAt }: { tenantId: string; id: number; expiresAt: number },
	tokenHashes: readonly string[],
	now: number,
): Promise<void> {
	const places = tokenHashes.map((tokenHash) => ({ tenantId, linkId: id, tokenHash }));
	await Promise.all(places.map((place) => publishLocator(env, place, expiresAt, now)));
}

async function tokenFor(tenant: TenantDatabase, linkId: Statement, channel: TokenChannel, now: number) {
	const { token, tokenHash } = await newToken();
	return { token, tokenHash, statement: insertToken(tenant, linkId, { tokenHash, channel, createdAt: now }) };
}

/** Where a channel leads, or why the link cannot go that way. */
async function destinationOf(
	env: Env,
	tenant: TenantDatabase,
	link: Dispatched,
	channel: Channel,
	{ isPhoneInvalid = false, now }: Ways,
): Promise<{ to: string } | { obstacle: string }> {
	if (channel === "Sms" && !tierRules[link.tier].linkBySms) return { obstacle: "TierForbidsSms" };
	if (channel === "Sms" && isPhoneInvalid) return { obstacle: "InvalidNumber" };
	const to = channel === "Email" ? link.recipientEmail : link.recipientPhone;
	if (to === null) return { obstacle: channel === "Email" ? "NoAddress" : "NoPhone" };
	if (channel === "Sms" && !link.smsConsent) return { obstacle: "NoConsent" };
	const obstacle = await deliverable(env, tenant, { channel, to }, now);
	return obstacle ? { obstacle } : { to };
}

async function messageFor(
	env: Env,
	tenant: TenantDatabase,
	link: Dispatched,
	{ channel, to }: { channel: Channel; to: string },
	{ now, by, isAgain, tenantName }: Ways,
): Promise<{ id: string; tokenHash: string; statements: Statement[] }> {
	const { linkId, condition } = unchanged(tenant, link);
	const { token, tokenHash, statement } = await tokenFor(tenant, linkId, channel, now);
	const message = (isAgain ? newLinkMessage : linkMessage)({
		channel,
		to,
		portalUrl: portalUrl(env, token),
		expiresAt: link.expiresAt,
		now,
		tenantName,
		senderName: link.createdByName,
		recipientName: link.recipientName,
		requireOtp: tierRules[link.tier].otp !== null,
	});
	const delivery = await queued(env, tenant, message, now, { condition, linkId });
	const event = eventStatement(tenant, linkId, {
		type: "DeliveryQueued",
		at: now,
		channel,
		data: { deliveryId: delivery.id },
		...by,
	});
	return { id: delivery.id, tokenHash, statements: [statement, delivery.statement, event] };
}
