import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, Person, unique } from "./support/client.ts";
import { act, type Acquaintance, ask, Circle, guardOf, queryOf } from "./support/circle.ts";

let circle: Circle;
beforeAll(async () => {
	circle = await Circle.found();
});

it("answers with everything about a connection, in the spelling of its family", async () => {
	const pair = await circle.pair();
	const { status, body } = await pair.asks.person.call("POST", "/api/connections", {
		toContactId: pair.asked.contactUid.toUpperCase(),
		contactTypeId: pair.contactTypeId,
		roleId: `{${pair.roleId}}`,
		reason: "We met in Lisbon.",
	});
	const [from, to] = [guardOf(pair, pair.asks).contactId, guardOf(pair, pair.asked).contactId];
	expect([status, body]).toEqual([
		200,
		{
			connection: {
				connectionId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
				contactId: from,
				contactName: expect.stringContaining("person"),
				toContactId: to,
				toContactName: expect.stringContaining("person"),
				contactTypeId: pair.contactTypeId,
				contactTypeName: "Real person",
				roleId: pair.roleId,
				roleName: expect.stringContaining("role"),
				status: "Requested",
				blockedByContactIds: [],
				reason: "We met in Lisbon.",
				dateRequested: expect.any(String),
				dateResponded: null,
				dateEnded: null,
				cooldownUntil: null,
				expiresAt: expect.any(String),
				version: 1,
			},
			responseStatus: null,
		},
	]);
	const again = await ask(pair);
	expect(again.body.connection).toEqual(body.connection);
	expect(again.body.responseStatus.meta).toEqual({ changed: "false", currentStatus: "Requested" });
	await ask(pair, pair.asked);
	const third = await ask(pair);
	expect(third.body.responseStatus.meta).toEqual({
		changed: "false",
		currentStatus: "Accepted",
		reason: "AlreadyConnected",
	});
});

it("takes the other contact's own type when none is named", async () => {
	const pair = await circle.pair();
	const request = { toContactId: pair.asked.contactUid, roleId: pair.roleId };
	const untyped = await pair.asks.person.call("POST", "/api/connections", request);
	expect([untyped.status, untyped.body.responseStatus.errors]).toEqual([
		400,
		[{ errorCode: "NotEmpty", fieldName: "ContactTypeId", message: expect.any(String) }],
	]);
	await circle.manager.call("PATCH", `/v1/contact/${pair.asked.contactId}`, { contactTypeId: pair.contactTypeId });
	const { body } = await pair.asks.person.call("POST", "/api/connections", request);
	expect(body.connection).toMatchObject({ contactTypeId: pair.contactTypeId, status: "Requested" });
});

it("keeps the type that a contact was asked with, until it is asked anew", async () => {
	const pair = await circle.requested();
	const { body } = await circle.manager.call("POST", "/api/contacttypes", { name: unique("virtual person") });
	const another = { ...pair, contactTypeId: body.contactType.contactTypeId };
	const crossed = await ask(another, pair.asked);
	expect(crossed.body.connection).toMatchObject({ status: "Accepted", contactTypeId: pair.contactTypeId });
	// Whoever asked first still knows the connection by what it asked with.
	expect((await act(pair, "remove", pair.asks)).body).toEqual({ responseStatus: null });
	const anew = await ask(another, pair.asked);
	expect(anew.body.connection).toMatchObject({ status: "Requested", contactTypeId: another.contactTypeId });
	expect((await act({ ...another, id: pair.id }, "block", pair.asks)).status).toBe(200);
});

describe("who may", () => {
	it("lets staff act for any contact, others for their own only", async () => {
		const pair = await circle.requested();
		const stranger = await circle.contact();
		const path = `/api/connections/${pair.id}`;
		const list = async (person: Person, query = "") =>
			(await person.call("GET", `/api/connections?${query}`)).body.connections.length;

		// A third contact of the tenant, and somebody whose token names none: to them there is nothing.
		const nobody = await Person.invent("Nobody", "Agent", circle.tenant);
		for (const outsider of [stranger.person, nobody]) {
			for (const part of ["", "/events", `/accept?${queryOf(guardOf(pair, pair.asked))}`]) {
				const answer = await outsider.call("GET", `${path}${part}`);
				expect([part, answer.status, answer.body.responseStatus.errorCode]).toEqual([part, 404, "NotFound"]);
			}
			expect(await list(outsider)).toBe(0);
			expect(await list(outsider, `contactId=${pair.asks.contactUid}`)).toBe(0);
			const posed = { contactId: pair.asks.contactUid, toContactId: pair.asked.contactUid, roleId: pair.roleId };
			expect((await outsider.call("POST", "/api/connections", posed)).status).toBe(404);
		}
		expect(
			(await nobody.call("POST", "/api/connections", { toContactId: pair.asked.contactUid, roleId: pair.roleId }))
				.status,
		).toBe(400);

		// The guard may be either end; who acts is in the token.
		const guard = guardOf(pair, pair.asks);
		expect((await pair.asks.person.call("POST", `${path}/accept`, guardOf(pair, pair.asked))).status).toBe(409);
		expect((await pair.asked.person.call("POST", `${path}/accept`, guard)).body).toEqual({ responseStatus: null });
		expect(await list(pair.asked.person)).toBe(1);
		expect(await list(pair.asked.person, `contactId=${pair.asks.contactUid}`)).toBe(1);
		expect(await list(pair.asked.person, `contactId=${stranger.contactUid}`)).toBe(0);
		const [, byContact] = (await pair.asks.person.call("GET", `${path}/events`)).body.events;
		expect(byContact).toMatchObject({ type: "Accepted", contactId: guardOf(pair, pair.asked).contactId, userId: null });

		// Staff act for the contact they name.
		const next = await circle.requested();
		for (const [end, status] of [
			["asks", 409],
			["asked", 200],
		] as const) {
			const answer = await circle.manager.call("POST", `/api/connections/${next.id}/accept`, guardOf(next, next[end]));
			expect([end, answer.status]).toEqual([end, status]);
		}
		const [, accepted] = await circle.history(next);
		expect(accepted).toMatchObject({ contactId: guardOf(next, next.asked).contactId, userId: circle.manager.userId });
	});

	it("knows a token's contact by its number too", async () => {
		const pair = await circle.requested();
		const person = await Person.invent("By number", "Agent", circle.tenant, String(pair.asked.contactId));
		const byNumber: Acquaintance = { ...pair.asked, person };
		expect((await act(pair, "accept", byNumber)).body).toEqual({ responseStatus: null });
		const signedIn = await call("POST", "/auth/dev", {
			body: { tenant: circle.tenant, role: "Customer", contactId: pair.asks.contactUid },
		});
		const headers = { Authorization: `Bearer ${signedIn.body.token}` };
		expect((await call("GET", `/api/connections/${pair.id}`, { headers })).status).toBe(200);
		const elsewhere = await Circle.found();
		const foreign = await Person.invent("By number", "Agent", elsewhere.tenant, String(pair.asked.contactId));
		expect((await foreign.call("GET", `/api/connections/${pair.id}`)).status).toBe(404);
	});

	it("shows another tenant nothing, whatever it names", async () => {
		const [pair, elsewhere] = [await circle.requested(), await Circle.found()];
		const own = await elsewhere.pair();
		const { manager } = elsewhere;
		const paths = ["", "/events", "/accept", "/decline", "/cancel", "/remove", "/block", "/unblock"];
		for (const path of paths) {
			const query = queryOf(guardOf(pair, pair.asked));
			const answer = await manager.call("GET", `/api/connections/${pair.id}${path}?${query}`);
			expect([path, answer.status]).toEqual([path, 404]);
		}
		for (const query of ["", `?contactId=${pair.asks.contactUid}`, "?status=Requested", `?tenantId=${circle.tenant}`])
			expect((await manager.call("GET", `/api/connections${query}`)).body.connections).toEqual([]);
		const good = {
			contactId: own.asks.contactUid,
			toContactId: own.asked.contactUid,
			contactTypeId: own.contactTypeId,
			roleId: own.roleId,
		};
		for (const foreign of [
			{ contactId: pair.asks.contactUid },
			{ toContactId: pair.asked.contactUid },
			{ contactTypeId: pair.contactTypeId },
			{ roleId: pair.roleId },
		]) {
			const answer = await manager.call("POST", "/api/connections", { ...good, ...foreign });
			expect([foreign, answer.status]).toEqual([foreign, 404]);
		}
		expect((await manager.call("POST", "/api/connections", good)).status).toBe(200);
		expect(await circle.read(pair)).toMatchObject({ status: "Requested", version: 1 });

		// Who may see all tenants names the one it means.
		const system = await Person.signIn("SystemAdministrator", elsewhere.tenant);
		expect((await system.call("GET", `/api/connections/${pair.id}`)).status).toBe(404);
		const named = await system.call("GET", `/api/connections/${pair.id}?tenantId=${circle.tenant}`);
		expect(named.body.connection.connectionId).toBe(pair.id);
	});
});

it("lists a page at a time, the newest first, whichever end a contact is", async () => {
	const own = await Circle.found();
	const [hub, roleId] = [await own.contact(), await own.role()];
	const ids: string[] = [];
	for (let n = 0; n < 9; n += 1) {
		const rim = await own.contact();
		const pair = { asks: n % 2 ? rim : hub, asked: n % 2 ? hub : rim, contactTypeId: own.contactTypeId, roleId };
		const { body } = await ask(pair);
		ids.push(body.connection.connectionId);
		if (n % 3 === 0) await act({ ...pair, id: body.connection.connectionId }, "accept", pair.asked);
	}
	const newest = ids.toReversed();
	const walk = async (person: Person, query: string) => {
		const found: string[] = [];
		let cursor: string | null = null;
		do {
			const after: string = cursor === null ? "" : `&cursor=${cursor}`;
			const { status, body }: Answer = await person.call("GET", `/api/connections?countPerPage=2${query}${after}`);
			expect(status).toBe(200);
			expect(body.connections.length).toBeLessThanOrEqual(2);
			expect(body.responseStatus).toBeNull();
			found.push(...body.connections.map(({ connectionId }: { connectionId: string }) => connectionId));
			cursor = body.hasMorePages ? body.cursor : null;
		} while (cursor !== null);
		return found;
	};
	expect(await walk(own.manager, "")).toEqual(newest);
	expect(await walk(own.manager, `&contactId=${hub.contactUid}`)).toEqual(newest);
	expect(await walk(hub.person, "")).toEqual(newest);
	const accepted = newest.filter((id) => ids.indexOf(id) % 3 === 0);
	expect(await walk(own.manager, "&status=Accepted")).toEqual(accepted);
	expect(await walk(hub.person, "&status=accepted")).toEqual(accepted);
	expect(await walk(hub.person, "&status=Blocked")).toEqual([]);
});

it("reads its history a page at a time", async () => {
	const pair = await circle.requested();
	for (let n = 0; n < 4; n += 1) {
		await act(pair, "block", pair.asks);
		await act(pair, "unblock", pair.asks);
	}
	const first = await circle.manager.call("GET", `/api/connections/${pair.id}/events?take=5`);
	expect(first.body).toMatchObject({ hasMore: true, responseStatus: null });
	expect(first.body.events).toHaveLength(5);
	const rest = await circle.manager.call("GET", `/api/connections/${pair.id}/events?take=5&after=5`);
	expect(rest.body.events.map(({ version }: { version: number }) => version)).toEqual([6, 7, 8, 9]);
	expect(rest.body.hasMore).toBe(false);
});

it("keeps roles apart: one connection for a pair in each", async () => {
	const pair = await circle.requested();
	const second = { ...pair, roleId: await circle.role(unique("second")) };
	const { body } = await ask(second, second.asked);
	expect(body.connection).toMatchObject({ status: "Requested", roleId: second.roleId });
	expect(body.connection.connectionId).not.toBe(pair.id);
	expect((await circle.read(pair)).status).toBe("Requested");
});
