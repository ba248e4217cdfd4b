import { randomSecret, sha256 } from "../auth/key-format.ts";
import { database, tenantDatabase, type TenantDatabase } from "../db/database.ts";
import { Failure, type FailureCode } from "../http/failure.ts";
import { recordEvent, recipient } from "../links/audit.ts";
import { spend } from "../links/throttle.ts";
import { tierRules, type TierRules } from "../links/tiers.ts";
import type { Trace } from "../http/trace.ts";
import { limits } from "./limits.ts";
import { endSession, findSession, type NewSession, type Standing } from "./store.ts";
import { closeVisits } from "./visits.ts";

export type { Standing };

/** Whoever holds a link is at level 1; whoever has shown a code that was sent to the recipient, at level 2. */
const LEVEL = { opened: 1, verified: 2 } as const;

/** A request to the portal: where it came from, and the session that it brings, if it brings one. */
export type Visitor = { secret: string | undefined; trace: Trace; context: Pick<ExecutionContext, "waitUntil"> };

/** A session that was found by its secret. */
export type Visit = Standing & { tenant: TenantDatabase };

/** A secret for a new session, and the hash that is stored. */
export async function newSessionSecret(): Promise<{ secret: string; idHash: string }> {
	const secret = randomSecret();
	return { secret, idHash: await sha256(secret) };
}

/** The session that a request brings, whatever has become of it. */
export async function visitOf(env: Env, { secret }: Visitor): Promise<Visit | undefined> {
	if (secret === undefined) return undefined;
	const standing = await findSession(database(env), await sha256(secret));
	if (!standing) return undefined;
	const { session, link } = standing;
	// Staff may have shortened the link since the session began.
	const expiresAt = Math.min(session.expiresAt, link.expiresAt);
	return { ...standing, session: { ...session, expiresAt }, tenant: tenantDatabase(env, session.tenantId) };
}

/** The session that a request brings, if it is good for anything; 401, 410 or 423 otherwise. Being turned away is noted in the audit. */
export async function goodVisit(env: Env, visitor: Visitor, linkUid: string | undefined): Promise<Visit> {
	const visit = await visitOf(env, visitor);
	// A page of another link, opened before this one in the same browser, must not show what this one leads to.
	if (!visit || (linkUid !== undefined && linkUid !== visit.link.uid)) throw sessionRequired();
	const failure = refusalOf(visit, Date.now());
	if (!failure) return visit;
	// That a visit has had its time is nothing to note.
	throw failure.code === "SessionRequired" ? failure : await denied(visit, visitor, failure);
}

/** Ends the session that a request brings, and what stands open by it. */
export async function leave(env: Env, visitor: Visitor): Promise<void> {
	const visit = await visitOf(env, visitor);
	if (!visit || !(await endSession(visit.tenant, visit.session.idHash, Date.now()))) return;
	await closeVisits(env, visit.link.tenantId, visit.link, visit.session.idHash);
}

/** Why a session may do nothing any more, in the order of the contract: revoked, expired, locked, over. */
export function refusalOf({ session, link, token }: Standing, now: number): Failure | undefined {
	return refusalOfLink({ link, token }, now) ?? (isOver(session, now) ? sessionRequired() : undefined);
}

/** Why nobody may come by a link. */
export function refusalOfLink({ link, token }: Pick<Standing, "link" | "token">, now: number): Failure | undefined {
	if (link.revokedAt !== null) return new Failure("LinkRevoked", "This link was withdrawn by its sender.");
	if (token.revokedAt !== null)
		return new Failure("LinkRevoked", "A newer link has taken the place of this one; use that.");
	if (link.expiresAt <= now) return new Failure("LinkExpired", "This link has expired. Ask for a new one.");
	return link.lockedAt === null ? undefined : linkLocked();
}

export function linkLocked(): Failure {
	return new Failure("LinkLocked", "Too many wrong codes were entered. The sender has to unlock this link.");
}

/** True when a link has no view left for a session that has not had one. */
export function isExhausted({ link, session }: Pick<Standing, "link" | "session">): boolean {
	return session.countedAt === null && link.maxViews !== null && link.viewCount >= link.maxViews;
}

export function linkExhausted(): Failure {
	return new Failure("LinkExhausted", "This link has been used as often as it may be. Ask the sender for a new one.");
}

export function sessionRequired(): Failure {
	return unauthorized("SessionRequired", "This visit is over, or has not begun. Open the link again.");
}

/** A 401 of the portal, with the challenge that belongs to it. */
export function unauthorized(code: FailureCode, message: string, meta?: Record<string, string>): Failure {
	return new Failure(code, message, { headers: { "WWW-Authenticate": 'Portal realm="foyer"' }, ...(meta && { meta }) });
}

/** Notes in the audit that somebody was turned away, and why; answers with the failure. */
export async function denied(
	{ tenant, link }: Pick<Visit, "tenant" | "link">,
	{ trace }: Visitor,
	failure: Failure,
): Promise<Failure> {
	const now = Date.now();
	const reason = failure.code;
	const { granted } = await spend(tenant, `denied:${link.id}`, limits.denied, now);
	if (granted)
		await recordEvent(tenant, link.id, { type: "Denied", at: now, actor: recipient, trace, data: { reason } });
	return failure;
}

export function rulesOf({ link }: Pick<Standing, "link">): TierRules {
	return tierRules[link.tier];
}

/** The level that a link's resource is shown at. */
export function levelNeeded(standing: Pick<Standing, "link">): number {
	return rulesOf(standing).otp ? LEVEL.verified : LEVEL.opened;
}

/** A session as its row will have it. It lasts no longer than its link. */
export function newSession(
	{ link, token }: Pick<Standing, "link" | "token">,
	idHash: string,
	level: keyof typeof LEVEL,
	now: number,
): NewSession {
	const expiresAt = Math.min(now + rulesOf({ link }).sessionMs, link.expiresAt);
	return { idHash, linkId: link.id, tokenHash: token.tokenHash, level: LEVEL[level], createdAt: now, expiresAt };
}

function isOver({ endedAt, expiresAt }: Standing["session"], now: number): boolean {
	return endedAt !== null || expiresAt <= now;
}
