import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../src/app.ts";
import { chatIdOf } from "../src/rooms/room-id.ts";
import { Person, unique } from "./support/client.ts";
import { dowell, fourFields, message, messagesIn, openRoom } from "./support/dowell.ts";
import { openOrgs } from "./support/orgs.ts";
import { Socket } from "./support/socket.ts";

beforeAll(() => openOrgs("DOWELL12345"));

const isActiveInD1 = async (roomId: string) =>
	env.DB.prepare("SELECT is_active FROM visitor_room WHERE room_id = ?").bind(roomId).first<number>("is_active");

describe("the identity of a room", () => {
	it("is one for 50 callers at once", async () => {
		const fields = fourFields();
		const answers = await Promise.all(Array.from({ length: 50 }, () => dowell.post("room-control", fields)));
		expect(new Set(answers.map(({ body }) => body.inserted_id)).size).toBe(1);
		expect(answers.filter(({ body }) => body.message === "Room created successfully")).toHaveLength(1);
		expect(answers.filter(({ body }) => body.message === "Room filter successfully")).toHaveLength(49);
		expect(new Set(answers.map(({ body }) => body.response.eventId)).size).toBe(1);
		const rows = await env.DB.prepare("SELECT room_id FROM visitor_room WHERE user_id = ?").bind(fields.user_id).all();
		expect(rows.results).toHaveLength(1);
	});

	it("is the exact four fields, however the room was opened", async () => {
		const fields = fourFields({ portfolio_name: "Shop" });
		const room = await openRoom(fields);
		expect(await openRoom({ ...fields, portfolio_name: "shop" })).not.toBe(room);
		expect(await openRoom({ ...fields, portfolio_name: "Shop " })).not.toBe(room);
		expect((await dowell.post("extension", fields)).body.inserted_id).toBe(room);
		const user_id = unique("walk-in");
		const init = await dowell.get(`init/DOWELL12345/LOGOSCAN/${user_id}`);
		const found = await dowell.post("room-control", { ...fields, user_id, portfolio_name: user_id });
		expect(found.body).toMatchObject({ message: "Room filter successfully", inserted_id: init.body.room.inserted_id });
		expect(found.body.response.isLogin).toBe(false);
	});

	it("heals when the server died between the row and the room", async () => {
		const fields = fourFields();
		const roomId = "66f0a1c0aaaaaaaaaaaaaaa1";
		await env.DB.prepare("INSERT INTO visitor_room VALUES ('acme', ?, ?, ?, ?, ?, 'FB', 1, 1, 0)")
			.bind(roomId, fields.org_id, fields.user_id, fields.product_name, fields.portfolio_name)
			.run();
		expect((await dowell.post("room-service", message(roomId))).status).toBe(404);
		expect(await openRoom(fields)).toBe(roomId);
		expect((await dowell.post("room-service", message(roomId))).status).toBe(200);
	});

	it("heals when the server died between the room's deletion and the row's", async () => {
		const fields = fourFields();
		const old = await openRoom(fields);
		const room = env.ROOMS.getByName(old);
		const visitor = await room.describeVisitor();
		if (!visitor.ok) throw new Error("no visitor");
		await room.setActive(visitor.caller, false);
		expect(await isActiveInD1(old)).toBe(1);
		const fresh = await openRoom(fields);
		expect(fresh).not.toBe(old);
		expect(await isActiveInD1(old)).toBe(0);
		expect(await openRoom(fields)).toBe(fresh);
	});
});

const remove = (room_id: string, is_active: unknown = false) =>
	dowell.post("room-service", { type: "delete_room", room_id, is_active });

describe("deleting a room", () => {
	it("keeps its messages, takes no more, and makes way for a new one", async () => {
		const fields = fourFields();
		const old = await openRoom(fields);
		await dowell.post("room-service", message(old, { message_data: "Before" }));
		const socket = await Socket.visit(old);
		const answers = [await remove(old), await remove(old)];
		for (const { status, body } of answers)
			expect({ status, ...body }).toMatchObject({ status: 200, success: true, response: { isSuccess: true } });
		await socket.event("room.archived");
		expect((await messagesIn(old)).map(({ message_data }) => message_data)).toEqual(["Before"]);
		const late = await dowell.post("room-service", message(old));
		expect(late).toMatchObject({ status: 409, body: { success: false } });
		const fresh = await dowell.post("room-control", fields);
		expect(fresh.body).toMatchObject({ message: "Room created successfully" });
		expect(fresh.body.inserted_id).not.toBe(old);
	});

	it("is undone by is_active: true, unless another room took its place", async () => {
		const fields = fourFields();
		const old = await openRoom(fields);
		await remove(old);
		const fresh = await openRoom(fields);
		expect(await remove(old, true)).toMatchObject({ status: 409, body: { success: false } });
		expect((await dowell.post("room-service", message(old))).status).toBe(409);
		await remove(fresh);
		expect((await remove(old, true)).status).toBe(200);
		expect(await openRoom(fields)).toBe(old);
		expect((await dowell.post("room-service", message(old))).status).toBe(200);
	});

	it("works by GET, as the README and the mobile app do it", async () => {
		const room = await openRoom();
		const { status, body } = await dowell.get("room-service", {
			is_active: "false",
			type: "delete_room",
			room_id: room,
		});
		expect({ status, ...body }).toMatchObject({ status: 200, success: true });
		expect(await isActiveInD1(room)).toBe(0);
	});

	it("of a room that does not exist is a 404", async () => {
		for (const room_id of ["ffffffffffffffffffffffff", "undefined", "../../x"])
			expect(await remove(room_id)).toMatchObject({ status: 404, body: { success: false, message: "Room not found" } });
	});
});

describe("staff", () => {
	it("needs a credential of the room's tenant, unless the org is open to all", async () => {
		const [agent, manager, stranger, customer] = await Promise.all([
			Person.signIn("Agent"),
			Person.signIn("Manager"),
			Person.signIn("Administrator", "globex"),
			Person.signIn("Customer"),
		]);
		const org_id = unique("org");
		const room = await openRoom(fourFields({ org_id }));
		const say = (person?: Person) => dowell.post("room-service", message(room, { side: true }), person?.headers);
		expect(await say()).toMatchObject({ status: 401, body: { success: false, message: expect.any(String) } });
		expect((await say()).headers.get("WWW-Authenticate")).toContain("Bearer");
		expect(await say(customer)).toMatchObject({ status: 403, body: { success: false } });
		expect(await say(stranger)).toMatchObject({ status: 404, body: { success: false, message: "Room not found" } });
		expect((await say(agent)).status).toBe(200);
		expect((await say(manager)).status).toBe(200);
		const wrong = { Authorization: "Bearer not-a-token" };
		expect((await dowell.post("room-service", message(room, { side: true }), wrong)).status).toBe(401);

		const open = await openRoom();
		expect((await dowell.post("room-service", message(open, { side: true, author: "Otto" }))).status).toBe(200);
		expect((await dowell.post("room-service", message(open, { side: true }), stranger.headers)).status).toBe(404);
		expect(await messagesIn(open)).toMatchObject([{ side: true, author: "Otto", message_data: "Hello" }]);
	});

	it("alone lists the rooms and QR ids of an org", async () => {
		const [agent, stranger] = await Promise.all([Person.signIn("Agent"), Person.signIn("Agent", "globex")]);
		const org_id = unique("org");
		const first = await openRoom(fourFields({ org_id }));
		const second = await openRoom(fourFields({ org_id }));
		await dowell.post("room-service", { type: "delete_room", room_id: first, is_active: false });
		const list = (headers = {}) => dowell.get("room-list", { org_id, product_name: "LOGOSCAN" }, headers);
		expect((await list()).status).toBe(401);
		expect((await list(stranger.headers)).status).toBe(404);
		const { body } = await list(agent.headers);
		expect(body.response.map(({ _id, is_active }: { _id: string; is_active: boolean }) => [_id, is_active])).toEqual([
			[first, false],
			[second, true],
		]);
		expect(body).toMatchObject({ rooms: body.response, last_room_details: { _id: second }, has_more: false });
		const earlier = await dowell.get("room-list", { org_id, product_name: "LOGOSCAN", before: first }, agent.headers);
		expect(earlier.body).toEqual({ success: false, message: "Room not found on org_id" });
		expect((await dowell.post(`get_QR_Id/${org_id}`, undefined)).status).toBe(401);
	});

	it("makes QR codes whose pictures nobody else has to draw", async () => {
		const agent = await Person.signIn("Agent");
		const body = {
			workspace_id: unique("org"),
			qr_ids: [
				{ qrid: "ZiQ7qUH73Q83", portfolioName: "front door" },
				{ qrid: "Gr4t0YhpMfVa", portfolioName: "desk" },
			],
			product_name: { WORKFLOWAI: 11 },
			base_url: " https://h.example/# ",
		};
		expect((await dowell.post("create_master_link", body)).status).toBe(401);
		const made = await dowell.post("create_master_link", body, agent.headers);
		const [code] = made.body.qr_response.qrcodes;
		const link = `https://h.example/#/init/chat/${body.workspace_id}/WORKFLOWAI/ZiQ7qUH73Q83/front%20door/?public=true`;
		expect(code.masterlink).toBe(link);
		expect(made.body).toMatchObject({ product_name: "WORKFLOWAI", qr_response: { qrcodes: { length: 2 } } });
		const [, picture = ""] = /^data:image\/svg\+xml;base64,(.*)$/.exec(code.qrcode_image_url) ?? [];
		expect(atob(picture)).toMatch(/^<svg xmlns=".*viewBox="0 0 (\d+) \1".*<\/svg>$/);
		const ids = await dowell.post(`get_QR_Id/${body.workspace_id}`, undefined, agent.headers);
		expect(ids.body).toEqual({ qr_id_list: ["ZiQ7qUH73Q83", "Gr4t0YhpMfVa"] });
		for (const wrong of [
			{ base_url: "javascript:alert(1)" },
			{ qr_ids: [] },
			{ qr_ids: "x" },
			{ product_name: "NOPE" },
		])
			expect(await dowell.post("create_master_link", { ...body, ...wrong }, agent.headers)).toMatchObject({
				status: 400,
				body: { success: false, error: { [Object.keys(wrong)[0] ?? ""]: [expect.any(String)] } },
			});
	});
});

it("lets a visitor and an agent talk live, and both dialects tell the same history", async () => {
	const agent = await Person.signIn("Agent");
	const roomId = await openRoom(fourFields({ org_id: unique("org"), portfolio_name: "Vera Visitor" }));
	const chatId = chatIdOf(roomId);
	const visitor = await Socket.visit(roomId);
	const desk = await Socket.join(agent, chatId);
	expect((await visitor.say("Is anybody there?"))["type"]).toBe("ack");
	await desk.event("message.created");
	await agent.send(chatId, "I am. What happened?");
	await visitor.until((frame) => frame["data"]?.message?.body === "I am. What happened?");
	await dowell.post("room-service", message(roomId, { message_data: "It broke", author: "Vera" }));
	await desk.until((frame) => frame["data"]?.message?.body === "It broke");
	await dowell.post("room-service", message(roomId, { message_data: "Sorry!", side: true }), agent.headers);
	await visitor.until((frame) => frame["data"]?.message?.body === "Sorry!");

	const theirs = await messagesIn(roomId);
	const ours = (await agent.call("GET", `/v1/Chat/${chatId}/Messages`)).body.messages;
	expect(theirs.map(({ index, message_data, date_created }) => [index, message_data, date_created])).toEqual(
		ours.map(({ index, body, dateCreated }: Record<string, unknown>) => [index, body, dateCreated]),
	);
	expect(theirs.map(({ side, author, message_type, room_id }) => [side, author, message_type, room_id])).toEqual([
		[false, "Vera Visitor", "text", roomId],
		[true, "Ada Agent", "text", roomId],
		[false, "Vera", "text", roomId],
		[true, "client", "text", roomId],
	]);
	const listed = await agent.call("GET", `/v1/Chat?chatId=${chatId}`);
	expect(listed.body.chat[0]).toMatchObject({ kind: "Visitor", chatName: "Vera Visitor · LOGOSCAN" });
});

describe("the socket of a room", () => {
	it("is staff's with a credential, the visitor's with the room's id, and nobody's with a made-up one", async () => {
		const agent = await Person.signIn("Agent");
		const stranger = await Person.signIn("Agent", "globex");
		const room = await openRoom(fourFields({ org_id: unique("org") }));
		const path = `/api/v2/room-socket/${room}`;
		const desk = await Socket.connect(path, agent.headers);
		expect((await desk.hello())["me"]).toMatchObject({ userId: agent.userId, kind: "Agent" });
		expect((await (await Socket.connect(path)).hello())["me"]).toMatchObject({ kind: "Visitor" });
		const forged = {
			"x-foyer-caller": encodeURIComponent(
				JSON.stringify({ tenantId: "acme", userId: "boss", name: "", kind: "Agent" }),
			),
		};
		expect((await (await Socket.connect(path, forged)).hello())["me"]).toMatchObject({ kind: "Visitor" });
		expect(await (await Socket.connect(path, stranger.headers)).closeCode()).toBe(4507);
		expect(await (await Socket.connect("/api/v2/room-socket/ffffffffffffffffffffffff/")).closeCode()).toBe(4507);
	});

	it("answers what is no upgrade, or no room, in the dialect's envelope", async () => {
		const room = await openRoom();
		expect(await dowell.get(`room-socket/${room}`)).toMatchObject({ status: 426, body: { success: false } });
		expect(await dowell.get("room-socket/undefined")).toMatchObject({ status: 404, body: { success: false } });
	});

	it("does not open a group chat to whoever knows its id", async () => {
		const agent = await Person.signIn("Agent");
		const room = (await agent.createChat()).slice(0, 24);
		expect(await (await Socket.connect(`/api/v2/room-socket/${room}/`)).closeCode()).toBe(4500);
		expect((await dowell.post("room-service", message(room))).status).toBe(404);
		expect((await dowell.post("room-service", message(room, { side: true }), agent.headers)).status).toBe(404);
		expect(await messagesIn(room)).toEqual([]);
	});
});

it("knows no org in production but those of its database", async () => {
	const production = { ...env, ENVIRONMENT: "production", PRODUCTION: "true" };
	const ask = async (method: string, path: string, body?: object) => {
		const init = {
			method,
			headers: { "Content-Type": "application/json" },
			...(body ? { body: JSON.stringify(body) } : {}),
		};
		const response = await app.fetch(new Request(`https://foyer.test/api/v2/${path}`, init), production);
		return { status: response.status, body: await response.json() };
	};
	const org_id = unique("nobody");
	const missing = { status: 404, body: { success: false, message: "Organization not found" } };
	expect(await ask("POST", "room-control/", fourFields({ org_id }))).toEqual(missing);
	expect(await ask("POST", "extension/", fourFields({ org_id }))).toEqual(missing);
	expect(await ask("GET", `init/${org_id}/LOGOSCAN/u/`)).toEqual(missing);
	expect(await ask("GET", `room-list/?org_id=${org_id}&product_name=LOGOSCAN`)).toEqual(missing);
	expect(await ask("POST", `get_QR_Id/${org_id}/`)).toEqual(missing);
	const count = await env.DB.prepare("SELECT count(*) AS count FROM org WHERE id = ?").bind(org_id).first("count");
	expect(count).toBe(0);
	expect((await ask("POST", "openChatRoom/", { user_id: unique("u"), product_name: "SALESAGENT" })).status).toBe(200);
});
