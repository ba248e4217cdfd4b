import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { sealed } from "../auth/secrets.ts";
import { sha256 } from "../auth/key-format.ts";
import type { Statement } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { loggable } from "../db/query-error.ts";
import { newGuid } from "../rooms/room-id.ts";
import { emailProvider, smsProvider } from "./providers/chosen.ts";
import { withinQuotas } from "./quotas.ts";
import { mask, type Channel, type Message, type Obstacle } from "./message.ts";
import { insertDelivery, isSuppressed, listDeliveries, type DeliveryRow } from "./store.ts";

/** What the queue carries: where to look, nothing secret. */
export type Handed = { tenantId: string; id: string };

/** A message as it lies in its row, encrypted. */
export type Payload = { to: string; subject?: string | undefined; text: string; html?: string | undefined };

/** What staff may know of a message: where it went in masked form, and what became of it. Times are milliseconds since 1970. */
export type Delivery = Omit<DeliveryRow, "tenantId" | "linkId" | "payload">;

/**
 * Seals a message and makes the statement that puts it on its way, for the batch of what it belongs to: both commit or neither. Its one row
 * is the id; none when `condition` (SQL) did not hold at that point of the batch. `linkId` names a link that the same batch makes. Afterwards
 * `hand` it over. Throws `NotConfigured` without LINK_SECRET.
 */
export async function queued(
	env: Env,
	tenant: TenantDatabase,
	message: Message,
	now: number,
	more: { condition?: Statement; linkId?: Statement } = {},
): Promise<{ id: string; statement: Statement }> {
	const id = newGuid(now);
	const { kind, channel, to, subject, text, html, expiresAt = null } = message;
	const linkId = more.linkId ?? message.linkId ?? null;
	const payload = await sealed(env, "delivery", JSON.stringify({ to, subject, text, html } satisfies Payload));
	const row = { id, linkId, kind, channel, masked: mask(channel, to), payload, expiresAt, createdAt: now };
	return { id, statement: insertDelivery(tenant, row, more.condition) };
}

/** Tells the consumer of messages that were committed, a hundred at most. What gets lost here is found by the sweep. */
export function hand(
	env: Env,
	context: Pick<ExecutionContext, "waitUntil">,
	tenantId: string,
	ids: readonly string[],
): void {
	if (ids.length === 0) return;
	const sent = env.DELIVERY.sendBatch(ids.map((id) => ({ body: { tenantId, id } satisfies Handed })));
	context.waitUntil(
		sent.then(
			() => undefined,
			(error: unknown) => console.error(JSON.stringify({ level: "error", deliveries: ids, error: loggable(error) })),
		),
	);
}

/**
 * Why a message to a destination will not be sent, as far as is known beforehand; undefined when nothing is in the way, and then it is counted
 * against the quotas.
 */
export async function deliverable(
	env: Env,
	tenant: TenantDatabase,
	{ channel, to }: { channel: Channel; to: string },
	now = Date.now(),
): Promise<Obstacle | undefined> {
	const number = channel === "Sms" ? parsePhoneNumberFromString(to, { extract: false }) : undefined;
	if (channel === "Sms") {
		if (!number?.isValid() || number.number !== to) return "InvalidNumber";
		if (!isAllowed(env, number.country)) return "CountryNotAllowed";
	}
	if (!(channel === "Sms" ? smsProvider(env) : emailProvider(env))) return "ProviderFailed";
	if (await isSuppressed(tenant, channel, await destinationHash(channel, to))) return "Suppressed";
	if (!(await withinQuotas(tenant, { channel, to, country: number?.country }, now))) return "QuotaExceeded";
	return undefined;
}

/** Whether text messages go to a country (ISO 3166). What belongs to none (satellites, premium numbers) is not allowed unless all are. */
function isAllowed({ SMS_COUNTRIES: listed }: Env, country: string | undefined): boolean {
	if (listed.trim() === "*") return true;
	return (
		country !== undefined &&
		listed
			.toUpperCase()
			.split(/[\s,]+/)
			.includes(country)
	);
}

/** Deliveries of a link, the newest first. */
export async function deliveriesOf(tenant: TenantDatabase, linkId: number): Promise<Delivery[]> {
	const rows = await listDeliveries(tenant, linkId);
	return rows.map(({ tenantId: _, linkId: __, payload: ___, ...shown }) => shown);
}

/** What names a destination where the destination itself must not stand. */
export function destinationHash(channel: Channel, to: string): Promise<string> {
	return sha256(channel === "Email" ? to.trim().toLowerCase() : to);
}
