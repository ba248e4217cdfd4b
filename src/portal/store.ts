import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import { batch, type Statement } from "../db/batch.ts";
import type { Database, TenantDatabase } from "../db/database.ts";
import { link, linkToken, otpChallenge, portalSession, tenant } from "../db/schema.ts";

export type SessionRow = typeof portalSession.$inferSelect;
export type ChallengeRow = typeof otpChallenge.$inferSelect;

/** A session with all that decides what it may still do. */
export type Standing = {
	session: SessionRow;
	link: typeof link.$inferSelect;
	token: typeof linkToken.$inferSelect;
	tenantName: string;
};

/** What the tenant is called, or else its id. */
const tenantName = () => sql<string>`coalesce(${tenant.name}, ${link.tenantId})`;

/** A session by its hash: the one look-up without a tenant, since it finds out which tenant is meant. */
export async function findSession(db: Database, idHash: string): Promise<Standing | undefined> {
	const [row] = await db
		.select({ session: portalSession, link, token: linkToken, tenantName: tenantName() })
		.from(portalSession)
		.innerJoin(link, and(eq(link.id, portalSession.linkId), eq(link.tenantId, portalSession.tenantId)))
		.innerJoin(linkToken, eq(linkToken.tokenHash, portalSession.tokenHash))
		.leftJoin(tenant, eq(tenant.id, portalSession.tenantId))
		.where(eq(portalSession.idHash, idHash))
		.limit(1);
	return row;
}

/** The link that a token leads to, as it is now. */
export async function findOpening(
	{ tenantId, db }: TenantDatabase,
	tokenHash: string,
): Promise<Omit<Standing, "session"> | undefined> {
	const [row] = await db
		.select({ link, token: linkToken, tenantName: tenantName() })
		.from(linkToken)
		.innerJoin(link, and(eq(link.id, linkToken.linkId), eq(link.tenantId, linkToken.tenantId)))
		.leftJoin(tenant, eq(tenant.id, linkToken.tenantId))
		.where(and(eq(linkToken.tokenHash, tokenHash), eq(linkToken.tenantId, tenantId)))
		.limit(1);
	return row;
}

/** What a session is born with. */
export type NewSession = Pick<SessionRow, "idHash" | "linkId" | "tokenHash" | "level" | "createdAt" | "expiresAt">;

/**
 * Begins a session and writes what the link's audit says of it (`event`, which asks whether there is one). False: link or token were withdrawn
 * meanwhile, or the link was locked or ended, and nothing is written.
 */
export async function insertSession(tenant: TenantDatabase, session: NewSession, event: SQL): Promise<boolean> {
	const { tenantId, db } = tenant;
	const { tokenHash, createdAt: now } = session;
	const letsIn = sql`EXISTS (SELECT 1 FROM link_token t CROSS JOIN link l ON l.id = t.link_id AND l.tenant_id = t.tenant_id
		WHERE t.token_hash = ${tokenHash} AND t.tenant_id = ${tenantId} AND t.revoked_at IS NULL
			AND l.revoked_at IS NULL AND l.locked_at IS NULL AND l.expires_at > ${now})`;
	const [began] = await batch<[{ idHash: string }, never, never]>(db, [
		insertInto(tenant, session, letsIn),
		event,
		sql`UPDATE link_token SET first_opened_at = ${now}
			WHERE token_hash = ${tokenHash} AND tenant_id = ${tenantId} AND first_opened_at IS NULL AND changes() > 0`,
	]);
	return began.length > 0;
}

/** Ends a session; false when it had ended before. */
export async function endSession({ tenantId, db }: TenantDatabase, idHash: string, now: number): Promise<boolean> {
	const rows = await db
		.update(portalSession)
		.set({ endedAt: now })
		.where(
			and(
				eq(portalSession.idHash, idHash),
				eq(portalSession.tenantId, tenantId),
				sql`${portalSession.endedAt} IS NULL`,
			),
		)
		.returning({ idHash: portalSession.idHash });
	return rows.length > 0;
}

/** When codes of a link were asked for after a moment, the newest first. */
export async function challengesSince(
	{ tenantId, db }: TenantDatabase,
	linkId: number,
	since: number,
): Promise<number[]> {
	const rows = await db
		.select({ createdAt: otpChallenge.createdAt })
		.from(otpChallenge)
		.where(
			and(
				eq(otpChallenge.tenantId, tenantId),
				eq(otpChallenge.linkId, linkId),
				sql`${otpChallenge.createdAt} > ${since}`,
			),
		)
		.orderBy(desc(otpChallenge.createdAt));
	return rows.map(({ createdAt }) => createdAt);
}

/** How many codes of a link may be asked for in a time, counted back from any moment. */
export type Pace = { count: number; ms: number };

/**
 * Takes the place of a session's older codes, when the link's paces allow one more; false when they do not. One transaction: of any number of
 * callers at once no more are granted.
 */
export async function claimChallenge(
	{ tenantId, db }: TenantDatabase,
	challenge: Omit<ChallengeRow, "tenantId" | "attempts" | "consumedAt">,
	paces: readonly Pace[],
): Promise<boolean> {
	const { id, linkId, sessionHash, channel, maxAttempts, createdAt: now, expiresAt } = challenge;
	const recent = ({ ms }: Pace) => sql`(SELECT count(*) FROM otp_challenge
		WHERE tenant_id = ${tenantId} AND link_id = ${linkId} AND created_at > ${now - ms})`;
	const allowed = sql.join(
		paces.map((pace) => sql`${recent(pace)} < ${pace.count}`),
		sql` AND `,
	);
	const [inserted] = await batch<[{ id: string }, never]>(db, [
		sql`INSERT INTO otp_challenge
				(id, tenant_id, link_id, session_hash, channel, max_attempts, created_at, expires_at)
			SELECT ${id}, ${tenantId}, ${linkId}, ${sessionHash}, ${channel}, ${maxAttempts}, ${now}, ${expiresAt}
			WHERE ${allowed} RETURNING id`,
		sql`UPDATE otp_challenge SET consumed_at = ${now}
			WHERE tenant_id = ${tenantId} AND session_hash = ${sessionHash} AND id <> ${id} AND consumed_at IS NULL AND changes() > 0`,
	]);
	return inserted.length > 0;
}

/** Whether a link is still one that codes are sent for, as a condition of the batch: of one that was revoked meanwhile nothing is kept. */
export function isSendable({ tenantId }: TenantDatabase, linkId: number): Statement {
	return sql`EXISTS (SELECT 1 FROM link WHERE id = ${linkId} AND tenant_id = ${tenantId} AND revoked_at IS NULL)`;
}

/** Puts a code on its way and writes what the audit says of it. */
export async function commitCode({ db }: TenantDatabase, delivery: Statement, event: Statement): Promise<void> {
	await batch(db, [delivery, event]);
}

/** Forgets a code that could not be sent, so that another can be asked for at once. */
export async function dropChallenge({ tenantId, db }: TenantDatabase, id: string): Promise<void> {
	await db.delete(otpChallenge).where(and(eq(otpChallenge.id, id), eq(otpChallenge.tenantId, tenantId)));
}

/** The newest code that a session asked for. */
export async function latestChallenge(
	{ tenantId, db }: TenantDatabase,
	sessionHash: string,
): Promise<ChallengeRow | undefined> {
	const [row] = await db
		.select()
		.from(otpChallenge)
		.where(and(eq(otpChallenge.tenantId, tenantId), eq(otpChallenge.sessionHash, sessionHash)))
		.orderBy(desc(otpChallenge.createdAt))
		.limit(1);
	return row;
}

/** Uses up one attempt of a code: of the session that asked, while code, session and link are good. */
function attempt({ tenantId }: TenantDatabase, { id, sessionHash, linkId }: ChallengeRow, now: number): SQL {
	return sql`UPDATE otp_challenge SET attempts = attempts + 1
		WHERE id = ${id} AND tenant_id = ${tenantId} AND session_hash = ${sessionHash}
			AND consumed_at IS NULL AND expires_at > ${now} AND attempts < max_attempts
			AND EXISTS (SELECT 1 FROM portal_session s WHERE s.id_hash = ${sessionHash} AND s.tenant_id = ${tenantId}
				AND s.ended_at IS NULL AND s.expires_at > ${now})
			AND EXISTS (SELECT 1 FROM link l WHERE l.id = ${linkId} AND l.tenant_id = ${tenantId}
				AND l.revoked_at IS NULL AND l.locked_at IS NULL AND l.expires_at > ${now})
		RETURNING attempts`;
}

/** The right code: it is used up and a session that has proved itself takes the place of the one that asked. False: too late for it. */
export async function consumeChallenge(
	tenant: TenantDatabase,
	challenge: ChallengeRow,
	successor: NewSession,
	event: SQL,
): Promise<boolean> {
	const { tenantId, db } = tenant;
	const now = successor.createdAt;
	const [, , began] = await batch<[never, never, { idHash: string }, never, never]>(db, [
		attempt(tenant, challenge, now),
		sql`UPDATE otp_challenge SET consumed_at = ${now}
			WHERE id = ${challenge.id} AND tenant_id = ${tenantId} AND consumed_at IS NULL AND changes() > 0`,
		insertInto(tenant, successor, sql`changes() > 0`),
		sql`UPDATE portal_session SET ended_at = ${now}
			WHERE id_hash = ${challenge.sessionHash} AND tenant_id = ${tenantId} AND ended_at IS NULL AND changes() > 0`,
		event,
	]);
	return began.length > 0;
}

/** A wrong code: an attempt less, a failure more on the link, which is locked at so many. Undefined: no attempt was left to use. */
export async function failChallenge(
	tenant: TenantDatabase,
	challenge: ChallengeRow,
	now: number,
	{ failuresToLock, failed, locked }: { failuresToLock: number; failed: SQL; locked: SQL },
): Promise<{ attempts: number; isLocked: boolean } | undefined> {
	const { tenantId, db } = tenant;
	const ofLink = sql`id = ${challenge.linkId} AND tenant_id = ${tenantId}`;
	const [tried, , , lock] = await batch<[{ attempts: number }, never, never, { id: number }, never]>(db, [
		attempt(tenant, challenge, now),
		sql`UPDATE link SET otp_failures = otp_failures + 1 WHERE ${ofLink} AND changes() > 0`,
		failed,
		sql`UPDATE link SET locked_at = ${now}
			WHERE ${ofLink} AND locked_at IS NULL AND otp_failures >= ${failuresToLock} AND changes() > 0 RETURNING id`,
		locked,
	]);
	return tried[0] && { attempts: tried[0].attempts, isLocked: lock.length > 0 };
}

/** Counts the first reveal of a session as a view of its link; true when the session has been counted, now or before. */
export async function claimView(
	{ tenantId, db }: TenantDatabase,
	{ idHash, linkId }: SessionRow,
	level: number,
	now: number,
	event: SQL,
): Promise<boolean> {
	const [, , , counted] = await batch<[never, never, never, { isCounted: number }]>(db, [
		sql`UPDATE link SET view_count = view_count + 1, first_viewed_at = coalesce(first_viewed_at, ${now}), last_viewed_at = ${now}
			WHERE id = ${linkId} AND tenant_id = ${tenantId} AND revoked_at IS NULL AND locked_at IS NULL AND expires_at > ${now}
				AND (max_views IS NULL OR view_count < max_views)
				AND EXISTS (SELECT 1 FROM portal_session s WHERE s.id_hash = ${idHash} AND s.tenant_id = ${tenantId}
					AND s.counted_at IS NULL AND s.ended_at IS NULL AND s.expires_at > ${now} AND s.level >= ${level})`,
		sql`UPDATE portal_session SET counted_at = ${now}
			WHERE id_hash = ${idHash} AND tenant_id = ${tenantId} AND counted_at IS NULL AND changes() > 0`,
		event,
		sql`SELECT counted_at IS NOT NULL AS isCounted FROM portal_session
			WHERE id_hash = ${idHash} AND tenant_id = ${tenantId}`,
	]);
	return counted[0]?.isCounted === 1;
}

function insertInto({ tenantId }: TenantDatabase, session: NewSession, condition: SQL): SQL {
	const { idHash, linkId, tokenHash, level, createdAt, expiresAt } = session;
	return sql`INSERT INTO portal_session (id_hash, tenant_id, link_id, token_hash, level, created_at, expires_at)
		SELECT ${idHash}, ${tenantId}, ${linkId}, ${tokenHash}, ${level}, ${createdAt}, ${expiresAt}
		WHERE ${condition} RETURNING id_hash AS idHash`;
}
