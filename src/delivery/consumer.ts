/** What happens to a message once the queue brings its id: sent at least once, marked once. */
import { unsealed } from "../auth/secrets.ts";
import type { Statement } from "../db/batch.ts";
import { tenantDatabase, type TenantDatabase } from "../db/database.ts";
import { loggable } from "../db/query-error.ts";
import { Failure } from "../http/failure.ts";
import { eventStatement, sealEvents, system } from "../links/audit.ts";
import {
	claim,
	end,
	findOpen,
	insertSuppression,
	postpone,
	type Ending,
	type OpenDelivery,
	type Right,
} from "./claim-store.ts";
import { destinationHash, type Handed, type Payload } from "./delivery.ts";
import { emailProvider, smsProvider } from "./providers/chosen.ts";
import type { SendContext, SendResult } from "./providers/provider.ts";
import type { DeliveryRow } from "./store.ts";

/** A provider that has not answered by then is given up on. */
const SEND_MS = 10_000;
/** A try whose machine died is taken over after this: longer than the longest try. */
const LEASE_MS = 20_000;
/** Tries of one message: with the delays below, four hours and a half. */
const TRIES = 24;
const FIRST_DELAY = 10;
const LONGEST_DELAY = 900;
/** The queue keeps a message no longer, in seconds. */
const QUEUE_DELAY = 43_200;
/** After an error of our own, such as a database that does not answer: in seconds. */
const TROUBLE_DELAY = 30;

/** Takes what a queue brings. What was given up on comes by the queue of dead letters and is marked as failed. */
export async function consume(env: Env, batch: MessageBatch<Handed>): Promise<void> {
	const work = batch.queue.endsWith("-dead") ? bury : deliver;
	await Promise.all(
		batch.messages.map(async (message) => {
			try {
				const retryAfter = await work(env, message.body);
				if (retryAfter === undefined) message.ack();
				else message.retry({ delaySeconds: retryAfter });
			} catch (error) {
				logTrouble(message.body, error);
				message.retry({ delaySeconds: TROUBLE_DELAY });
			}
		}),
	);
}

/** One try at a message. Answers after how many seconds there is to be another. */
async function deliver(env: Env, { tenantId, id }: Handed): Promise<number | undefined> {
	const tenant = tenantDatabase(env, tenantId);
	const now = Date.now();
	const row = await claim(tenant, id, now, now + LEASE_MS);
	if (row) return settle(tenant, row, await tried(env, row));
	const left = await findOpen(tenant, id);
	const errorCode = left && reasonToAbandon(left, now);
	if (errorCode) await conclude(tenant, left, { status: "Abandoned", errorCode }, { by: "unheld" });
	return undefined;
}

function reasonToAbandon({ isRevoked, expiresAt, errorCode }: OpenDelivery, now: number): string | undefined {
	if (isRevoked) return "LinkRevoked";
	return expiresAt !== null && expiresAt <= now ? (errorCode ?? "Expired") : undefined;
}

/** Marks as failed what the queue gave up on, unless it is ended or being tried. */
async function bury(env: Env, { tenantId, id }: Handed): Promise<undefined> {
	const tenant = tenantDatabase(env, tenantId);
	const row = await findOpen(tenant, id);
	if (row)
		await conclude(tenant, row, { status: "Failed", errorCode: row.errorCode ?? "DeadLetter" }, { by: "unheld" });
	return undefined;
}

/** What became of a try, with who was asked and for which destination, as far as it came. */
type Try = { result: SendResult; provider?: string | null; to?: string };

async function tried(env: Env, row: DeliveryRow): Promise<Try> {
	let payload: Payload;
	try {
		payload = JSON.parse(await unsealed(env, "delivery", row.payload ?? "")) as Payload;
	} catch (error) {
		// Without a secret it can be read again when there is one; sealed with another, never.
		return { result: { ok: false, permanent: !(error instanceof Failure), code: "Unreadable" } };
	}
	const carrier = carrierOf(env, row, payload);
	if (!carrier) {
		logTrouble(row, `the provider of ${row.channel} messages is not configured`);
		return { result: { ok: false, permanent: false, code: "NotConfigured" } };
	}
	const left = row.expiresAt === null ? SEND_MS : Math.max(1, row.expiresAt - Date.now());
	const context = { idempotencyKey: row.id, signal: AbortSignal.timeout(Math.min(SEND_MS, left)) };
	const result = await carrier.send(context).catch((error: unknown) => {
		logTrouble(row, error);
		return { ok: false, permanent: false, code: "ProviderError" } as const;
	});
	return { result, provider: carrier.name, to: payload.to };
}

type Carrier = { name: string; send(context: SendContext): Promise<SendResult> };

function carrierOf(env: Env, row: DeliveryRow, { to, subject = "", text, html }: Payload): Carrier | undefined {
	const { id, tenantId, kind, channel, createdAt, expiresAt } = row;
	const message = { id, tenantId, kind, to, text, createdAt, expiresAt };
	if (channel === "Sms") {
		const provider = smsProvider(env);
		return provider && { name: provider.name, send: (context) => provider.send({ ...message, channel }, context) };
	}
	const provider = emailProvider(env);
	const mail = { ...message, channel, subject, html };
	return provider && { name: provider.name, send: (context) => provider.send(mail, context) };
}

/** Writes down what became of a try. Answers after how many seconds there is to be another. */
async function settle(
	tenant: TenantDatabase,
	row: DeliveryRow,
	{ result, provider = null, to }: Try,
): Promise<number | undefined> {
	if (result.ok) {
		await conclude(tenant, row, { status: "Sent", provider, providerId: shown(result.providerId) }, { by: "open" });
		return undefined;
	}
	const errorCode = shown(result.code);
	const mine = { by: "try", attempts: row.attempts } as const;
	if (result.permanent || row.attempts >= TRIES) {
		const unwanted = result.isUnwanted && to !== undefined ? await destinationHash(row.channel, to) : undefined;
		await conclude(tenant, row, { status: "Failed", provider, errorCode }, mine, unwanted);
		return undefined;
	}
	const delay = delayAfter(row.attempts, result.retryAfterSeconds);
	const nextAt = Date.now() + delay * 1000;
	if (row.expiresAt !== null && nextAt >= row.expiresAt) {
		await conclude(tenant, row, { status: "Abandoned", provider, errorCode }, mine);
		return undefined;
	}
	return (await postpone(tenant, row, nextAt, errorCode)) ? delay : undefined;
}

/** Ends a delivery and tells the audit of its link; nothing when it is not theirs to end. `unwanted` is a destination to suppress. */
async function conclude(
	tenant: TenantDatabase,
	row: DeliveryRow,
	ending: Pick<Ending, "status"> & Partial<Ending>,
	right: Right,
	unwanted?: string,
): Promise<void> {
	const now = Date.now();
	const { status, provider = null, providerId = null, errorCode = null } = ending;
	const event = row.linkId === null ? [] : [eventOf(tenant, row, row.linkId, ending, now)];
	const reason = `${provider}: ${errorCode}`;
	const suppression = unwanted === undefined ? [] : [insertSuppression(tenant, row.channel, unwanted, reason, now)];
	const then = [...event, ...suppression];
	const isEnded = await end(tenant, row.id, { status, provider, providerId, errorCode }, right, now, then);
	if (isEnded && row.linkId !== null) await sealEvents(tenant, row.linkId);
}

function eventOf(
	tenant: TenantDatabase,
	{ id, kind, channel }: DeliveryRow,
	linkId: number,
	{ status, provider, errorCode }: Pick<Ending, "status"> & Partial<Ending>,
	at: number,
): Statement {
	const known = Object.entries({ deliveryId: id, kind, status, provider, code: errorCode });
	const data = Object.fromEntries(known.flatMap(([name, value]) => (value ? [[name, value]] : [])));
	const type = status === "Sent" ? "DeliverySent" : "DeliveryFailed";
	return eventStatement(tenant, linkId, { type, at, actor: system, channel, data }, { onlyIfChanged: true });
}

/** Ever longer, up to a quarter of an hour, or as long as the provider asks; a little at random, so that not all come back at once. */
function delayAfter(attempts: number, asked = 0): number {
	const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempts - 1));
	return Math.min(QUEUE_DELAY, Math.ceil(Math.max(delay, asked) * (1 + Math.random() / 4)));
}

/** What a provider says goes into rows and logs: as much of it as such a text may be. */
function shown(text: string): string {
	return text
		.toWellFormed()
		.replace(/[^\x21-\x7e]/g, "_")
		.slice(0, 128);
}

function logTrouble({ tenantId, id }: Handed, error: unknown): void {
	console.error(JSON.stringify({ level: "error", tenant: tenantId, delivery: id, error: loggable(error) }));
}
