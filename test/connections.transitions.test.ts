import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer } from "./support/client.ts";
import { act, ask, Circle, DAY, guardOf, type Requested } from "./support/circle.ts";

let circle: Circle;
beforeAll(async () => {
	circle = await Circle.found();
});

/** How a pair comes into each state: only by what the API does, and by time. */
const ways: Record<string, (pair: Requested) => Promise<unknown>> = {
	Requested: async () => undefined,
	Accepted: async (pair) => act(pair, "accept", pair.asked),
	Declined: async (pair) => act(pair, "decline", pair.asked),
	Cancelled: async (pair) => act(pair, "cancel", pair.asks),
	Removed: async (pair) => {
		await act(pair, "accept", pair.asked);
		await act(pair, "remove", pair.asked);
	},
	Blocked: async (pair) => act(pair, "block", pair.asked),
	Expired: async (pair) => circle.age(pair, "expires_at"),
};

async function inState(state: string): Promise<Requested> {
	const pair = await circle.requested();
	await ways[state]?.(pair);
	expect((await circle.read(pair)).status).toBe(state);
	return pair;
}

/** What a cell of the table says: the state after it, `same` for "so already", or the refusal. */
function expectCell(answer: Answer, before: string, cell: string): void {
	const status = answer.body.responseStatus;
	const [code = "", number = "409"] = cell.split(" ");
	if (cell === "same") {
		expect(answer.status).toBe(200);
		expect(status).toMatchObject({ meta: { changed: "false", currentStatus: before } });
		expect(status.errorCode).toBeUndefined();
	} else if (/^[A-Z][a-z]+$/.test(cell)) expect([answer.status, status]).toEqual([200, null]);
	else {
		expect([answer.status, status.errorCode]).toEqual([Number(number), code]);
		expect(status.meta?.currentStatus).toBe(number === "403" ? undefined : before);
	}
}

const pending = "ConnectionNotPending";
const accepted = "ConnectionNotAccepted";
const blocked = "ConnectionNotBlocked";
const allowed = "ConnectionNotAllowed 403";
const other = "ConnectionContactMismatch";

/** Section C2 of the reference, with whoever the action is not for beside whoever it is for. */
const table: Record<string, Record<string, string>> = {
	Requested: {
		"asks request": "same",
		"asked request": "Accepted",
		"asked accept": "Accepted",
		"asks accept": other,
		"asked decline": "Declined",
		"asks decline": other,
		"asks cancel": "Cancelled",
		"asked cancel": other,
		"asks remove": accepted,
		"asked remove": accepted,
		"asks block": "Blocked",
		"asked block": "Blocked",
		"asks unblock": blocked,
		"asked unblock": blocked,
	},
	Accepted: {
		"asks request": "same",
		"asked request": "same",
		"asked accept": "same",
		"asked decline": pending,
		"asks cancel": pending,
		"asks remove": "Removed",
		"asked remove": "Removed",
		"asks block": "Blocked",
		"asked block": "Blocked",
		"asks unblock": blocked,
	},
	Declined: {
		"asks request": "CooldownActive 429",
		"asked request": "CooldownActive 429",
		"asked accept": pending,
		"asked decline": "same",
		"asks cancel": "same",
		"asks remove": accepted,
		"asked remove": accepted,
		"asks block": "Blocked",
		"asked block": "Blocked",
		"asks unblock": blocked,
	},
	Cancelled: {
		"asks request": "CooldownActive 429",
		"asked request": "CooldownActive 429",
		"asked accept": pending,
		"asked decline": pending,
		"asks cancel": "same",
		"asks remove": accepted,
		"asks block": "Blocked",
		"asked block": "Blocked",
		"asks unblock": blocked,
	},
	Removed: {
		"asks request": "Requested",
		"asked request": "Requested",
		"asked accept": pending,
		"asked decline": pending,
		"asks cancel": pending,
		"asks remove": "same",
		"asked remove": "same",
		"asks block": "Blocked",
		"asks unblock": blocked,
	},
	// By the one that was asked.
	Blocked: {
		"asks request": allowed,
		"asked request": allowed,
		"asked accept": allowed,
		"asks accept": allowed,
		"asked decline": allowed,
		"asks cancel": "same",
		"asks remove": "same",
		"asked remove": "same",
		"asked block": "same",
		"asks block": "Blocked",
		"asked unblock": "Removed",
		"asks unblock": allowed,
	},
	Expired: {
		"asks request": "Requested",
		"asked request": "Requested",
		"asked accept": pending,
		"asked decline": pending,
		"asks cancel": "same",
		"asks remove": accepted,
		"asks block": "Blocked",
		"asks unblock": blocked,
	},
};

describe.each(Object.entries(table))("%s", (state, cells) => {
	it.each(Object.entries(cells))("%s: %s", async (who, cell) => {
		const pair = await inState(state);
		const [end = "", action = ""] = who.split(" ");
		const actor = end === "asks" ? pair.asks : pair.asked;
		const before = await circle.history(pair);
		const answer = action === "request" ? await ask(pair, actor) : await act(pair, action, actor);
		expectCell(answer, state, cell);
		const { status, version } = await circle.read(pair);
		const history = await circle.history(pair);
		if (!/^[A-Z][a-z]+$/.test(cell)) {
			expect([status, history]).toEqual([state, before]);
			return;
		}
		expect(status).toBe(cell);
		const type = action === "unblock" ? "Unblocked" : cell;
		const contactId = guardOf(pair, actor).contactId;
		expect(history.at(-1)).toMatchObject({ type, status, contactId, version, userId: actor.person.userId });
		expect(history).toHaveLength(version);
	});
});

it("knows nothing to do with a connection that is not there, but can be asked and blocked from the start", async () => {
	const pair = { ...(await circle.pair()), id: crypto.randomUUID() };
	for (const action of ["accept", "decline", "cancel", "remove", "block", "unblock"]) {
		const answer = await act(pair, action, pair.asks);
		expect([action, answer.status, answer.body.responseStatus.errorCode]).toEqual([action, 404, "NotFound"]);
	}
	const { asks, asked, contactTypeId, roleId } = pair;
	const names = { contactId: asks.contactUid, toContactId: asked.contactUid, contactTypeId, roleId };
	const { status, body } = await asks.person.call("POST", "/api/connections/block", names);
	expect([status, body.connection.status, body.connection.blockedByContactIds]).toEqual([
		200,
		"Blocked",
		[guardOf(pair, asks).contactId],
	]);
	expect((await ask(pair, asked)).body.responseStatus).toMatchObject({ errorCode: "ConnectionNotAllowed" });
	const again = await asks.person.call("POST", "/api/connections/block", names);
	expect(again.body.responseStatus).toMatchObject({ meta: { changed: "false", currentStatus: "Blocked" } });
});

it("asks again after the cool-down, and not before by way of a block", async () => {
	for (const [action, by, days] of [
		["decline", "asked", 7],
		["cancel", "asks", 1],
	] as const) {
		const pair = await circle.requested();
		await act(pair, action, pair[by]);
		const wait = await ask(pair);
		expect(wait.status).toBe(429);
		const seconds = Number(wait.headers.get("Retry-After"));
		expect(seconds).toBeGreaterThan((days * DAY) / 1000 - 60);
		expect(seconds).toBeLessThanOrEqual((days * DAY) / 1000);
		await act(pair, "block", pair.asks);
		await act(pair, "unblock", pair.asks);
		expect((await circle.read(pair)).status).toBe("Removed");
		expect((await ask(pair)).status).toBe(429);
		await circle.age(pair, "cooldown_until");
		expect((await ask(pair, pair.asked)).body).toMatchObject({
			responseStatus: null,
			connection: { status: "Requested", contactId: guardOf(pair, pair.asked).contactId, connectionId: pair.id },
		});
	}
});

it("is blocked until both that blocked have taken it back", async () => {
	const pair = await circle.requested();
	await act(pair, "block", pair.asks);
	await act(pair, "block", pair.asked);
	expect((await circle.read(pair)).blockedByContactIds).toHaveLength(2);
	expect((await act(pair, "unblock", pair.asks)).body).toEqual({ responseStatus: null });
	expect((await circle.read(pair)).status).toBe("Blocked");
	expect((await act(pair, "unblock", pair.asks)).status).toBe(403);
	expect((await act(pair, "unblock", pair.asked)).body).toEqual({ responseStatus: null });
	expect((await circle.read(pair)).status).toBe("Removed");
	expect((await circle.history(pair)).map(({ type }: { type: string }) => type)).toEqual([
		"Requested",
		"Blocked",
		"Blocked",
		"Unblocked",
		"Unblocked",
	]);
});

it("expires a request after thirty days, and says when", async () => {
	const pair = await circle.requested();
	const { dateRequested, expiresAt } = await circle.read(pair);
	expect(Date.parse(expiresAt) - Date.parse(dateRequested)).toBe(30 * DAY);
	await circle.age(pair, "expires_at");
	const answer = await act(pair, "accept", pair.asked);
	expect([answer.status, answer.body.responseStatus.meta]).toEqual([409, { currentStatus: "Expired" }]);
	const [, expired] = await circle.history(pair);
	expect(expired).toMatchObject({ type: "Expired", contactId: null, userId: "system" });
	expect(Date.parse(expired.dateCreated)).toBe(Date.parse(expiresAt) - 40 * DAY);
	expect((await circle.read(pair)).dateEnded).toBe(expired.dateCreated);

	// A list finds them too, without anybody having looked at them one by one.
	const [late, waiting] = [await circle.requested(), await circle.requested()];
	await circle.age(late, "expires_at");
	const list = async (status: string) => {
		const { body } = await circle.manager.call("GET", `/api/connections?status=${status}&countPerPage=200`);
		return body.connections.map(({ connectionId }: { connectionId: string }) => connectionId);
	};
	expect(await list("Requested")).toContain(waiting.id);
	expect(await list("Requested")).not.toContain(late.id);
	expect(await list("Expired")).toEqual(expect.arrayContaining([late.id, pair.id]));
	expect((await circle.history(late)).map(({ type }: { type: string }) => type)).toEqual(["Requested", "Expired"]);
});

it("finds more expired requests than one list writes down, and shows none of them as waiting", async () => {
	const own = await Circle.found();
	const { asks, asked, contactTypeId, roleId } = await own.requested();
	const ids = [roleId, asks.contactUid, asked.contactUid, contactTypeId].map((id) => id.replaceAll("-", ""));
	await env.DB.prepare(
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
		INSERT INTO connection (tenant_id, id, role_id, pair_key, requester_uid, addressee_uid, contact_type_id, status, blocked_by,
			version, requested_at, expires_at)
		SELECT ?, printf('%032x', i), ?, i, ?, ?, ?, 'Requested', '[]', 1, 0, 1 FROM n`,
	)
		.bind(own.tenant, ...ids)
		.run();
	const list = async (query: string) =>
		(await own.manager.call("GET", `/api/connections?countPerPage=200&${query}`)).body.connections.map(
			({ status }: { status: string }) => status,
		);
	expect(await list("status=Requested")).toEqual(["Requested"]);
	expect(await list("")).toEqual(["Requested", ...Array.from({ length: 199 }, () => "Expired")]);
	const written = await env.DB.prepare(
		"SELECT count(*) AS n FROM connection_event WHERE tenant_id = ? AND type = 'Expired' AND version = 2",
	)
		.bind(own.tenant)
		.first<{ n: number }>();
	expect(written?.n).toBe(1500);
});
