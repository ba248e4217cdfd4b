import { tenantDatabase, type TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import { networkOf } from "../http/trace.ts";
import { eventStatement, recipient, sealEvents } from "../links/audit.ts";
import { builtIn, isBuiltIn, readType } from "../links/resource-type.ts";
import { spend } from "../links/throttle.ts";
import { locate } from "../links/tokens.ts";
import { codeChannels } from "./channels.ts";
import { limits } from "./limits.ts";
import {
	denied,
	goodVisit,
	levelNeeded,
	linkExhausted,
	newSession,
	newSessionSecret,
	refusalOf,
	refusalOfLink,
	visitOf,
	type Visit,
	type Visitor,
} from "./session.ts";
import type { Opened } from "./schema.ts";
import { findOpening, insertSession } from "./store.ts";

/** A session that began, with its secret; one that goes on has none to tell. */
export type Begun = { secret: string; expiresAt: number };

/** What is counted before anybody's tenant is known. */
const NOBODY = "";

/**
 * Bounds what one address may try. An IPv6 address counts as its network, which one customer of a provider has whole. Behind no proxy that names
 * addresses (this machine, tests) nobody is told apart.
 */
export async function bounded(env: Env, address: string | undefined): Promise<void> {
	if (address === undefined) return;
	const from = address.includes(":") ? (networkOf(address) ?? address) : address;
	const { granted, retryAfterMs } = await spend(
		tenantDatabase(env, NOBODY),
		`address:${from}`,
		limits.address,
		Date.now(),
	);
	if (!granted) throw tooMany(retryAfterMs);
}

/**
 * Begins a session by a link's token. Whoever comes back with a session of the same link goes on in it, so that opening the same message twice
 * is one view. What is no token and what leads nowhere are told alike, after the same look-ups.
 */
export async function openLink(env: Env, visitor: Visitor, token: string): Promise<{ opened: Opened; begun?: Begun }> {
	const place = await locate(env, token);
	const tenant = tenantDatabase(env, place?.tenantId ?? NOBODY);
	const found = await findOpening(tenant, place?.tokenHash ?? "");
	if (!place || !found) throw new Failure("LinkNotFound", "This link leads nowhere. Check that it was copied whole.");
	const now = Date.now();
	const opening = { ...found, tenant };
	const refused = refusalOfLink(found, now);
	if (refused) throw await denied(opening, visitor, refused);
	const visit = await visitOf(env, visitor);
	if (visit && goesOn(visit, opening, now)) return { opened: await openedOf(visit) };
	const { link } = found;
	if (link.maxViews !== null && link.viewCount >= link.maxViews) throw await denied(opening, visitor, linkExhausted());
	const { granted, retryAfterMs } = await spend(tenant, `open:${link.id}`, limits.open, now);
	if (!granted) throw tooMany(retryAfterMs);
	const { secret, idHash } = await newSessionSecret();
	const session = newSession(found, idHash, "opened", now);
	const { channel } = found.token;
	const event = { type: "Opened", at: now, actor: recipient, channel, trace: visitor.trace } as const;
	const statement = eventStatement(tenant, link.id, event, { onlyIfChanged: true });
	// What came between is what the next look finds.
	if (!(await insertSession(tenant, session, statement))) return openLink(env, visitor, token);
	visitor.context.waitUntil(sealEvents(tenant, link.id));
	const begun = { ...session, tenantId: tenant.tenantId, countedAt: null, endedAt: null };
	return { opened: await openedOf({ ...opening, session: begun }), begun: { secret, expiresAt: session.expiresAt } };
}

/** The session that a page comes back to. */
export async function reopened(env: Env, visitor: Visitor): Promise<Opened> {
	return openedOf(await goodVisit(env, visitor, undefined));
}

/** By the same message, or after its view was counted by any of the link's. */
function goesOn(visit: Visit, { link, token }: Pick<Visit, "link" | "token">, now: number): boolean {
	const isSame = visit.link.id === link.id && visit.tenant.tenantId === link.tenantId;
	const isEntitled = visit.token.tokenHash === token.tokenHash || visit.session.countedAt !== null;
	return isSame && isEntitled && refusalOf(visit, now) === undefined;
}

async function openedOf(standing: Visit): Promise<Opened> {
	const { link, session, tenant, tenantName } = standing;
	const requireOtp = levelNeeded(standing) > session.level;
	const channels = requireOtp ? await codeChannels(standing) : [];
	return {
		status: "Active",
		requireOtp,
		otpChannels: channels.map(({ channel, masked }) => ({ channel, masked })),
		tenantName,
		senderName: link.createdByName,
		resourceType: link.resourceType,
		resourceTitle: await titleOf(tenant, link.resourceType),
		customerLinkUID: link.uid,
		expiresAtUtc: new Date(link.expiresAt).toISOString(),
		sessionExpiresAtUtc: new Date(session.expiresAt).toISOString(),
		viewsLeft: link.maxViews === null ? null : Math.max(0, link.maxViews - link.viewCount),
		isViewed: session.countedAt !== null,
	};
}

/** What recipients read of a type; one that is not registered any more is known by its name. */
async function titleOf(tenant: TenantDatabase, resourceType: string): Promise<string> {
	if (isBuiltIn(resourceType)) return builtIn[resourceType].title;
	const type = await readType(tenant, resourceType).catch(() => undefined);
	return type?.title ?? resourceType;
}

function tooMany(retryAfterMs: number): Failure {
	return new Failure("TooManyRequests", "Too many tries in a short time; wait a little.", {
		headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) },
	});
}
