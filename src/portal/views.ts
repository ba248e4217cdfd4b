import { Failure } from "../http/failure.ts";
import { eventStatement, recipient, sealEvents } from "../links/audit.ts";
import { answerConnection, prepared, socketTicket } from "./resources.ts";
import type { ConnectionShown, SocketTicket, Viewed } from "./schema.ts";
import {
	denied,
	goodVisit,
	isExhausted,
	levelNeeded,
	linkExhausted,
	refusalOf,
	sessionRequired,
	unauthorized,
	visitOf,
	type Visit,
	type Visitor,
} from "./session.ts";
import { claimView } from "./store.ts";
import { closeVisits, endVisits } from "./visits.ts";

/** Shows what a link leads to. The first time in a session it takes one of the link's views, exactly; again it is free. */
export async function viewLink(
	env: Env,
	visitor: Visitor,
	customerLinkUID: string | undefined,
	origin: string,
): Promise<Viewed> {
	const visit = await provenVisit(env, visitor, customerLinkUID);
	if (isExhausted(visit)) throw await denied(visit, visitor, linkExhausted());
	const show = await prepared(env, visit, origin);
	if (visit.session.countedAt === null && !(await counted(visit, visitor))) {
		const late = (await visitOf(env, visitor)) ?? visit;
		throw await denied(visit, visitor, refusalOf(late, Date.now()) ?? linkExhausted());
	}
	const resource = await show();
	const { link, session, tenantName } = await stillGood(env, visit, visitor);
	return {
		resourceType: link.resourceType,
		resourceUid: link.resourceUid,
		customerLinkUID: link.uid,
		tenantName,
		senderName: link.createdByName,
		recipientName: link.recipientName,
		expiresAtUtc: new Date(link.expiresAt).toISOString(),
		sessionExpiresAtUtc: new Date(session.expiresAt).toISOString(),
		viewsLeft: link.maxViews === null ? null : Math.max(0, link.maxViews - link.viewCount),
		...resource,
	};
}

/** A new ticket for the socket of a chat that is shown: sockets come back. */
export async function ticketFor(
	env: Env,
	visitor: Visitor,
	customerLinkUID: string | undefined,
	origin: string,
): Promise<SocketTicket> {
	return socketTicket(env, await shownVisit(env, visitor, customerLinkUID), origin);
}

/** The recipient's answer to the request for a connection that is shown. */
export async function answer(
	env: Env,
	visitor: Visitor,
	{ action, customerLinkUID }: { action: "accept" | "decline"; customerLinkUID?: string | undefined },
): Promise<ConnectionShown> {
	return answerConnection(await shownVisit(env, visitor, customerLinkUID), action);
}

async function counted(visit: Visit, { trace, context }: Visitor): Promise<boolean> {
	const { tenant, session, link, token } = visit;
	const now = Date.now();
	const event = { type: "Viewed", at: now, actor: recipient, channel: token.channel, trace } as const;
	const statement = eventStatement(tenant, link.id, event, { onlyIfChanged: true });
	const isCounted = await claimView(tenant, session, levelNeeded(visit), now, statement);
	if (isCounted) context.waitUntil(sealEvents(tenant, link.id));
	return isCounted;
}

/** What came between: whoever was let into a room while the link was revoked has to go again. */
async function stillGood(env: Env, visit: Visit, visitor: Visitor): Promise<Visit> {
	const now = await visitOf(env, visitor);
	const refused = now ? refusalOf(now, Date.now()) : sessionRequired();
	if (now && !refused) return now;
	const isRevoked = now?.link.revokedAt !== null;
	const { link, session } = visit;
	await (isRevoked ? endVisits(env, link.tenantId, link) : closeVisits(env, link.tenantId, link, session.idHash));
	throw refused ?? sessionRequired();
}

/** A session that may see the resource now. */
async function provenVisit(env: Env, visitor: Visitor, customerLinkUID: string | undefined): Promise<Visit> {
	const visit = await goodVisit(env, visitor, customerLinkUID);
	if (visit.session.level >= levelNeeded(visit)) return visit;
	throw unauthorized("OtpRequired", "Enter the code that was sent to you first.");
}

/** A session that has seen the resource. */
async function shownVisit(env: Env, visitor: Visitor, customerLinkUID: string | undefined): Promise<Visit> {
	const visit = await provenVisit(env, visitor, customerLinkUID);
	if (visit.session.countedAt === null) throw new Failure("Forbidden", "View what the link leads to first.");
	return visit;
}
