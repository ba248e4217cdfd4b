import { sha256 } from "../auth/key-format.ts";
import { limits, timing } from "./limits.ts";
import type { Caller } from "./model.ts";

export type Redeemed = { outcome: "ok"; caller: Caller } | { outcome: "expired" | "unknown" };

/** Single-use tickets for a room's socket, so that no token travels in a URL. Only their hashes are stored. */
export class Tickets {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** A ticket good for 30 seconds and one connection; undefined when too many wait unused. */
	async issue(caller: Caller): Promise<string | undefined> {
		const ticket = crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().replaceAll("-", "");
		const hash = await sha256(ticket);
		const now = Date.now();
		// Expired ones are kept a while, so that a late client hears "expired" and not "unknown".
		this.#sql.exec("DELETE FROM ticket WHERE expires_at < ?", now - 10 * timing.ticketMs);
		const { count } = this.#sql
			.exec<{ count: number }>("SELECT count(*) AS count FROM ticket WHERE expires_at > ?", now)
			.one();
		if (count >= limits.tickets) return undefined;
		const expiresAt = now + timing.ticketMs;
		this.#sql.exec(
			"INSERT INTO ticket (hash, caller, expires_at) VALUES (?, ?, ?)",
			hash,
			JSON.stringify(caller),
			expiresAt,
		);
		return ticket;
	}

	/** Takes back what a user has not used yet, of one visit or of all. */
	takeBack(userId: string, visitId: string | undefined): void {
		this.#sql.exec(
			"DELETE FROM ticket WHERE caller ->> 'userId' = ?1 AND (?2 IS NULL OR caller ->> '$.visit.id' = ?2)",
			userId,
			visitId ?? null,
		);
	}

	/** Uses a ticket up. */
	async redeem(ticket: string): Promise<Redeemed> {
		const hash = await sha256(ticket);
		const [row] = this.#sql
			.exec<{ caller: string; expires_at: number }>(
				"DELETE FROM ticket WHERE hash = ? RETURNING caller, expires_at",
				hash,
			)
			.toArray();
		if (!row) return { outcome: "unknown" };
		if (row.expires_at <= Date.now()) return { outcome: "expired" };
		return { outcome: "ok", caller: JSON.parse(row.caller) as Caller };
	}
}
