import { macOf, sameText } from "../auth/secrets.ts";
import { deliverable, hand, queued } from "../delivery/delivery.ts";
import { codeMessage } from "../delivery/templates.ts";
import { Failure } from "../http/failure.ts";
import { eventStatement, recipient, sealEvents } from "../links/audit.ts";
import { WRONG_CODES_TO_LOCK, type TierRules } from "../links/tiers.ts";
import { newGuid } from "../rooms/room-id.ts";
import { codeChannels, type CodeChannel } from "./channels.ts";
import { codePaces } from "./limits.ts";
import type { Begun } from "./opening.ts";
import type { CodeSent, Verified } from "./schema.ts";
import {
	denied,
	goodVisit,
	isExhausted,
	levelNeeded,
	linkExhausted,
	linkLocked,
	newSession,
	newSessionSecret,
	refusalOf,
	rulesOf,
	sessionRequired,
	unauthorized,
	visitOf,
	type Visit,
	type Visitor,
} from "./session.ts";
import {
	challengesSince,
	claimChallenge,
	commitCode,
	consumeChallenge,
	dropChallenge,
	failChallenge,
	isSendable,
	latestChallenge,
	type ChallengeRow,
} from "./store.ts";

/** KV keeps nothing shorter. */
const SHORTEST_TTL = 60;
const [COOL_DOWN] = codePaces;
const DAY = 24 * 3600_000;

/** Sends a code to the recipient by a channel of their choice. Older codes of the session are void from then on. */
export async function sendCode(
	env: Env,
	visitor: Visitor,
	{ channel, customerLinkUID }: { channel?: string | undefined; customerLinkUID?: string | undefined },
): Promise<CodeSent> {
	const visit = await goodVisit(env, visitor, customerLinkUID);
	const { tenant, link, session } = visit;
	const otp = codeRules(visit);
	if (isExhausted(visit)) throw await denied(visit, visitor, linkExhausted());
	const chosen = choose(await codeChannels(visit), channel);
	const now = Date.now();
	const expiresAt = Math.min(now + otp.lifeMs, session.expiresAt);
	const challenge = {
		id: newGuid(now),
		linkId: link.id,
		sessionHash: session.idHash,
		channel: chosen.channel,
		maxAttempts: otp.tries,
		createdAt: now,
		expiresAt,
	};
	if (!(await claimChallenge(tenant, challenge, codePaces))) throw await tooSoon(visit, now);
	const obstacle = await deliverable(env, tenant, chosen);
	if (obstacle) {
		await dropChallenge(tenant, challenge.id);
		throw obstacle === "QuotaExceeded" ? sendLimit(codePaces[1].ms) : unavailable();
	}
	const code = randomDigits(otp.digits);
	const expirationTtl = Math.max(SHORTEST_TTL, Math.ceil((expiresAt - now) / 1000));
	await env.TOKENS.put(keyOf(challenge.id), await codeMac(env, challenge.id, code), { expirationTtl });
	const message = codeMessage({
		...chosen,
		linkId: link.id,
		code,
		expiresAt,
		now,
		tenantName: visit.tenantName,
		portalBaseUrl: env.PORTAL_BASE_URL,
	});
	const { id, statement } = await queued(env, tenant, message, now, { condition: isSendable(tenant, link.id) });
	await commitCode(tenant, statement, event(visit, visitor, "OtpSent", { channel: chosen.channel }, true));
	hand(env, visitor.context, tenant.tenantId, [id]);
	visitor.context.waitUntil(sealEvents(tenant, link.id));
	return {
		channel: chosen.channel,
		masked: chosen.masked,
		digits: otp.digits,
		expiresInSeconds: Math.floor((expiresAt - now) / 1000),
		resendAfterSeconds: COOL_DOWN.ms / 1000,
	};
}

/**
 * Checks a code. The right one works once and begins a new session in place of the one that asked; each wrong one counts on the code and on
 * the link, in one transaction.
 */
export async function verifyCode(
	env: Env,
	visitor: Visitor,
	{ code, customerLinkUID }: { code: string; customerLinkUID?: string | undefined },
): Promise<{ verified: Verified; begun: Begun }> {
	const visit = await goodVisit(env, visitor, customerLinkUID);
	codeRules(visit);
	const { tenant, session, link } = visit;
	const challenge = await latestChallenge(tenant, session.idHash);
	const mac = challenge && (await env.TOKENS.get(keyOf(challenge.id)));
	if (!challenge || !mac) throw codeExpired();
	const isRight = sameText(mac, await codeMac(env, challenge.id, code));
	if (!isRight) throw await failed(env, visit, visitor, challenge);
	const now = Date.now();
	const { secret, idHash } = await newSessionSecret();
	const successor = newSession(visit, idHash, "verified", now);
	const { channel } = challenge;
	if (!(await consumeChallenge(tenant, challenge, successor, event(visit, visitor, "OtpVerified", { channel }, true))))
		throw await tooLate(env, visitor, challenge);
	visitor.context.waitUntil(sealEvents(tenant, link.id));
	const sessionExpiresAtUtc = new Date(successor.expiresAt).toISOString();
	return { verified: { sessionExpiresAtUtc }, begun: { secret, expiresAt: successor.expiresAt } };
}

async function failed(env: Env, visit: Visit, visitor: Visitor, challenge: ChallengeRow): Promise<Failure> {
	const { tenant, link } = visit;
	const { channel, maxAttempts } = challenge;
	const outcome = await failChallenge(tenant, challenge, Date.now(), {
		failuresToLock: WRONG_CODES_TO_LOCK,
		failed: event(visit, visitor, "OtpFailed", { channel }, true),
		locked: event(visit, visitor, "OtpLocked", { channel }, true),
	});
	if (!outcome) return tooLate(env, visitor, challenge);
	visitor.context.waitUntil(sealEvents(tenant, link.id));
	if (outcome.isLocked) return linkLocked();
	const left = maxAttempts - outcome.attempts;
	const text = left === 0 ? "Ask for a new one." : left === 1 ? "One try is left." : `${left} tries are left.`;
	return unauthorized("OtpInvalid", `This is not the code. ${text}`, { attemptsRemaining: String(left) });
}

/** Why no attempt was left to use: what came between the first look and the transaction, or how it was before. */
async function tooLate(env: Env, visitor: Visitor, { id }: ChallengeRow): Promise<Failure> {
	const visit = await visitOf(env, visitor);
	if (!visit) return sessionRequired();
	const refused = refusalOf(visit, Date.now());
	if (refused) return refused;
	const latest = await latestChallenge(visit.tenant, visit.session.idHash);
	const isBurnt = latest?.id === id && latest.consumedAt === null && latest.attempts >= latest.maxAttempts;
	return isBurnt ? new Failure("OtpAttemptsExceeded", "Too many wrong codes. Ask for a new one.") : codeExpired();
}

/** What a code of this session must be like; 409 when none is asked for. */
function codeRules(visit: Visit): NonNullable<TierRules["otp"]> {
	const { otp } = rulesOf(visit);
	if (otp && visit.session.level < levelNeeded(visit)) return otp;
	throw new Failure("OtpNotRequired", "No code is needed here.");
}

function choose(channels: readonly CodeChannel[], wanted: string | undefined): CodeChannel {
	const chosen = wanted === undefined ? channels[0] : channels.find(({ channel }) => channel === wanted);
	if (!chosen) throw unavailable();
	return chosen;
}

/** When the next code may be asked for. */
async function tooSoon({ tenant, link }: Visit, now: number): Promise<Failure> {
	const times = await challengesSince(tenant, link.id, now - DAY);
	const waits = codePaces.map(({ count, ms }) => Math.max(0, (times[count - 1] ?? -ms) + ms - now));
	const [coolDown = 0, ...others] = waits;
	const longest = Math.max(...others);
	if (longest > 0) return sendLimit(longest);
	const seconds = Math.max(1, Math.ceil(coolDown / 1000));
	return new Failure("OtpSendTooSoon", `A code was sent a moment ago. Ask again in ${seconds} seconds.`, {
		headers: { "Retry-After": String(seconds) },
	});
}

function sendLimit(waitMs: number): Failure {
	return new Failure("OtpSendLimit", "Too many codes were sent. Try again later, or ask the sender.", {
		headers: { "Retry-After": String(Math.ceil(waitMs / 1000)) },
	});
}

function unavailable(): Failure {
	return new Failure("ChannelUnavailable", "No code can be sent this way. Choose another, or ask the sender.");
}

function codeExpired(): Failure {
	return unauthorized("OtpExpired", "This code works no more. Ask for a new one.");
}

function event(
	{ tenant, link }: Visit,
	{ trace }: Visitor,
	type: "OtpSent" | "OtpVerified" | "OtpFailed" | "OtpLocked",
	{ channel }: Pick<ChallengeRow, "channel">,
	onlyIfChanged = false,
) {
	return eventStatement(tenant, link.id, { type, at: Date.now(), actor: recipient, channel, trace }, { onlyIfChanged });
}

/** Uniform: what would favour low digits is drawn anew. */
function randomDigits(digits: number): string {
	const range = 10 ** digits;
	const fair = Math.floor(2 ** 32 / range) * range;
	for (;;) {
		const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
		if (drawn < fair) return String(drawn % range).padStart(digits, "0");
	}
}

/** Codes are too short for a plain hash. Of one challenge: the same code of another has another MAC. */
function codeMac(env: Env, challengeId: string, code: string): Promise<string> {
	return macOf(env, "one-time-code", `${challengeId}:${code}`);
}

/** Takes back codes that were asked for. */
export async function forgetCodes(env: Env, challengeIds: readonly string[]): Promise<void> {
	await Promise.all(challengeIds.map((id) => env.TOKENS.delete(keyOf(id))));
}

function keyOf(challengeId: string): string {
	return `otp:${challengeId}`;
}
