import { ApiResult, type IReturn, JsonApiClient, JsonServiceClient, type ResponseStatus } from "@servicestack/client";
import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Person, unique } from "./support/client.ts";
import { Circle, guardOf } from "./support/circle.ts";
import { makeKey } from "./support/keys.ts";

const BASE = "https://foyer.test";

/** Every call that the client makes goes to the Worker; what it asked for is kept. */
const calls: { method: string; path: string; authorization: string | null }[] = [];

beforeEach(() => {
	calls.length = 0;
	vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
		// The client speaks of credentials and CORS modes, which only browsers know.
		const { method = "GET", headers = {}, body = null } = init ?? {};
		const request = new Request(input, { method, headers, body });
		const { pathname, search } = new URL(request.url);
		calls.push({ method, path: pathname + search, authorization: request.headers.get("Authorization") });
		return exports.default.fetch(request);
	});
});
afterEach(() => vi.restoreAllMocks());

/** DTOs as `/types/typescript` of a Pascal host makes them, and one in camel case. */
class Dto<T> implements IReturn<T> {
	[member: string]: unknown;
	readonly #name: string;
	readonly #method: string;
	constructor(name: string, method: string, members: object) {
		this.#name = name;
		this.#method = method;
		Object.assign(this, members);
	}
	getTypeName() {
		return this.#name;
	}
	getMethod() {
		return this.#method;
	}
	createResponse(): T {
		return { isCreated: true } as T;
	}
}

type Chat = { ChatId: string; ChatName: string; CreatedBy: string; MessageCount: number; IsArchived: boolean };
type ChatResponse = { Chat: Chat[]; ResponseStatus?: ResponseStatus };
type Message = { ChatMessageId: string; ChatId: string; Body: string; IsDeleted: boolean; UserId: string };
type Sent = { Message: Message; Duplicate: boolean };

const chatRequest = (members: object) => new Dto<ChatResponse>("ChatRequest", "POST", members);
const send = (members: object) => new Dto<Sent>("ChatMessageSendRequest", "POST", members);
const history = (members: object) => new Dto<{ Messages: Message[] }>("ChatMessagesRequest", "GET", members);

function clientOf(person: Person): JsonServiceClient {
	const client = new JsonServiceClient(BASE);
	client.bearerToken = person.token;
	return client;
}

it.each([
	["/api", (client: JsonServiceClient) => client],
	["/json/reply", (client: JsonServiceClient) => client.useBasePath(null as unknown as string)],
])("drives chats with the client's own methods under %s", async (basePath, configured) => {
	const ada = await Person.invent("Ada");
	const client = configured(clientOf(ada));
	const ChatName = unique('Team: A, "B"');

	const made = await client.post(chatRequest({ Chat: { ChatName, ChatMembers: [{ UserId: "ben", IsActive: true }] } }));
	const [chat] = made.Chat;
	expect(chat).toMatchObject({ ChatName, CreatedBy: ada.userId, MessageCount: 0, IsArchived: false });
	const ChatId = chat?.ChatId ?? "";
	expect(calls.at(-1)).toMatchObject({ method: "POST", path: `${basePath}/ChatRequest` });

	// A Guid that a typed client has not set is zero; creating under one's own makes it repeatable.
	const zero = await client.post(chatRequest({ ChatId: "0".repeat(32), Chat: { ChatName } }));
	expect(zero.Chat[0]?.ChatId).not.toBe("0".repeat(32));
	expect((await client.get(chatRequest({ ChatId }))).Chat).toMatchObject([{ ChatId, ChatName }]);
	expect(await client.get("/v1/Chat", { ChatId, take: 5 })).toMatchObject({ Chat: [{ ChatId }] });
	const renamed = unique("renamed");
	expect((await client.put(chatRequest({ ChatId, Chat: { ChatName: renamed } }))).Chat[0]?.ChatName).toBe(renamed);
	const byPath = await client.putToUrl<ChatResponse>(`/v1/Chat/${ChatId}`, chatRequest({ Chat: { ChatName } }));
	expect(byPath.Chat[0]).toMatchObject({ ChatId, ChatName });

	const sent = await client.post(send({ ChatId, Body: "one" }));
	expect(sent).toMatchObject({ Duplicate: false, Message: { ChatId, Body: "one", UserId: ada.userId } });
	const batch = await client.sendAll([send({ ChatId, Body: "two" }), send({ ChatId, Body: "three" })]);
	expect(batch.map(({ Message }) => Message.Body)).toEqual(["two", "three"]);
	expect(calls.at(-1)?.path).toBe(`${basePath}/ChatMessageSendRequest[]`);
	await client.sendAllOneWay([send({ ChatId, Body: "four" })]);
	expect(await client.sendAll([])).toEqual([]);
	await client.publish(send({ ChatId, Body: "five" }));
	const listed = await client.send(history({ ChatId, Take: 10 }));
	expect(listed.Messages.map(({ Body }) => Body)).toEqual(["one", "two", "three", "four", "five"]);

	const { ChatMessageId } = sent.Message;
	const removal = new Dto<{ Message: Message }>("ChatMessageDeleteRequest", "DELETE", { ChatId, ChatMessageId });
	expect((await client.delete(removal)).Message).toMatchObject({ ChatMessageId, IsDeleted: true });

	const form = new FormData();
	form.append("Body", "of a form");
	form.append("file", new File(["abc"], "a.txt"));
	form.append("empty", new File([], "empty.txt"));
	const formed = await client.apiForm(send({ ChatId }), form);
	expect(formed.response?.Message.Body).toBe("of a form");
	const bodied = await client.postBody(send({ ChatId, MessageType: "Note" }), { Body: "of a body" });
	expect(bodied.Message).toMatchObject({ Body: "of a body", MessageType: "Note" });
	const answered = await client.api(history({ ChatId, Take: 1 }));
	expect([answered.succeeded, answered.response?.Messages[0]?.Body]).toEqual([true, "of a body"]);
	const read = new Dto<void>("ChatReadRequest", "POST", { ChatId, LastChatMessageId: ChatMessageId });
	expect((await client.apiVoid(read)).succeeded).toBe(true);
	expect(client.cookies).toEqual({});
});

it("reads one-way calls as empty answers, and camel case where it is written so", async () => {
	const ada = await Person.invent("Ada");
	const client = clientOf(ada).useBasePath(null as unknown as string);
	const chatId = await ada.createChat();
	expect(await client.publish(send({ ChatId: chatId, Body: "x" }))).toEqual({ isCreated: true });
	expect(calls.at(-1)?.path).toBe("/json/oneway/ChatMessageSendRequest");
	const camel = await client.get(chatRequest({ chatId }));
	expect(camel).toMatchObject({ chat: [{ chatId }] });
});

it("gives errors as the client's own objects, whatever it was that failed", async () => {
	const ada = await Person.invent("Ada");
	const client = clientOf(ada);
	const ChatId = await ada.createChat();
	const thrown = (promise: Promise<unknown>) =>
		promise.then(
			() => undefined,
			(error: { responseStatus: ResponseStatus; type?: string }) => error,
		);
	const fields = [{ errorCode: "NotEmpty", fieldName: "Body", message: "'Body' must not be empty." }];
	const wrong = { errorCode: "NotEmpty", message: "'Body' must not be empty.", errors: fields };
	expect(await thrown(client.post(send({ ChatId, Body: "" })))).toEqual({ responseStatus: wrong });
	expect(await thrown(client.post(send({ chatId: ChatId })))).toEqual({ responseStatus: wrong });
	const result = await client.api(send({ ChatId }));
	expect(result).toBeInstanceOf(ApiResult);
	expect([result.failed, result.errorCode, result.fieldErrorMessage("body")]).toEqual([
		true,
		"NotEmpty",
		wrong.message,
	]);
	const batch = await thrown(client.sendAll([send({ ChatId, Body: "a" }), send({ ChatId, Body: "" })]));
	// The client itself lowers the first letters of a Pascal error, keys of dictionaries included.
	expect(batch?.responseStatus).toEqual({ ...wrong, meta: { autoBatchIndex: "1" } });
	for (const [call, code] of [
		[() => client.get(history({ ChatId: "a".repeat(32) })), "NotFound"],
		[() => client.get(history({})), "NotEmpty"],
		[
			() => client.get(chatRequest({ Chat: { ChatName: "an object in a query" }, Take: "many" })),
			"SerializationException",
		],
		[() => client.post(new Dto("Nonsense", "POST", {})), "NotFound"],
		[() => client.delete(chatRequest({ ChatId })), "MethodNotAllowed"],
		[() => new JsonServiceClient(BASE).get(chatRequest({})), "Unauthorized"],
		[async () => clientOf(await Person.signIn("Manager")).get(chatRequest({})), "Forbidden"],
	] as const) {
		const error = await thrown(call());
		expect([code, error?.responseStatus.errorCode]).toEqual([code, code]);
		expect(error?.responseStatus.message).toMatch(/\w \w/);
	}
	const api = await client.api(new Dto("Nonsense", "GET", {}));
	expect(api.error?.errorCode).toBe("NotFound");
});

it("signs in with a key, and gets a new token when one has expired", async () => {
	const { key, holder } = await makeKey();
	const whoAmI = () => new Dto<{ userId: string }>("Authenticate", "GET", {});
	const basic = new JsonServiceClient(BASE);
	basic.setCredentials(key, "");
	expect(await basic.get(whoAmI())).toMatchObject({ userId: `service:${holder}` });
	const byKey = new JsonServiceClient(BASE);
	byKey.bearerToken = key;
	expect(await byKey.get(whoAmI())).toMatchObject({ userId: `service:${holder}` });

	const credentials = new Dto<{ bearerToken: string; refreshToken: string }>("Authenticate", "POST", {
		provider: "credentials",
		userName: key,
		password: "",
	});
	const client = new JsonServiceClient(BASE);
	const { bearerToken, refreshToken } = await client.post(credentials);
	client.bearerToken = bearerToken;
	client.refreshToken = refreshToken;
	expect(await client.get(whoAmI())).toMatchObject({ userId: `service:${holder}` });

	client.bearerToken = "expired";
	calls.length = 0;
	expect((await client.post(chatRequest({ Chat: { ChatName: unique("refreshed") } }))).Chat[0]?.CreatedBy).toBe(
		`service:${holder}`,
	);
	expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
		"POST /api/ChatRequest",
		"POST /api/GetAccessToken",
		"POST /api/ChatRequest",
	]);
	expect(client.bearerToken).not.toBe("expired");
	client.bearerToken = "expired";
	client.refreshTokenUri = `${BASE}/access-token`;
	expect(await client.get(whoAmI())).toMatchObject({ userId: `service:${holder}` });

	client.bearerToken = "expired";
	client.refreshToken = "fk_not_one";
	const failed = await client.get(whoAmI()).catch((error: unknown) => error);
	expect(failed).toMatchObject({ type: "RefreshTokenException", responseStatus: { errorCode: "TokenException" } });
	client.onAuthenticationRequired = async () => {
		client.bearerToken = key;
	};
	expect(await client.get(whoAmI())).toMatchObject({ userId: `service:${holder}` });
	// A client that keeps its tokens in cookies learns that there are none here.
	const cookies = new JsonServiceClient(BASE);
	cookies.useTokenCookie = true;
	const refused = await cookies.get(whoAmI()).catch((error: unknown) => error);
	expect(refused).toMatchObject({ responseStatus: { message: expect.stringContaining("cookie") } });
});

it("serves the client that sends JSON as plain text, so that browsers ask no leave for it", async () => {
	const ada = await Person.invent("Ada");
	const client = JsonApiClient.create(BASE, (own) => (own.bearerToken = ada.token));
	const ChatName = unique("plain");
	const made = await client.post(chatRequest({ Chat: { ChatName } }));
	expect(made.Chat[0]).toMatchObject({ ChatName });
	expect((await client.get(chatRequest({ ChatId: made.Chat[0]?.ChatId }))).Chat).toMatchObject([{ ChatName }]);
	const sent = await client.sendAll([send({ ChatId: made.Chat[0]?.ChatId, Body: "plain" })]);
	expect(sent[0]?.Message.Body).toBe("plain");
});

it("drives connections, by the paths that say what to do", async () => {
	const circle = await Circle.found();
	const pair = await circle.pair();
	const asking = clientOf(pair.asks.person);
	const request = new Dto<{ Connection: { ConnectionId: string; Status: string } }>("RequestConnection", "POST", {
		ToContactId: pair.asked.contactUid,
		ContactTypeId: pair.contactTypeId,
		RoleId: pair.roleId,
	});
	const { Connection } = await asking.post(request);
	expect(Connection.Status).toBe("Requested");
	const guard = guardOf(pair, pair.asks);
	const update = (members: object) =>
		new Dto<{ ResponseStatus: null }>("ConnectionStatusUpdate", "POST", {
			ConnectionId: Connection.ConnectionId,
			ContactId: guard.contactId,
			ContactTypeId: pair.contactTypeId,
			RoleId: pair.roleId,
			...members,
		});
	const named = await asking.api(update({}));
	expect(named.errorMessage).toContain("/api/connections/{ConnectionId}/cancel");
	const missing = await asking
		.postToUrl(`/api/connections/${Connection.ConnectionId}/cancel`, update({ RoleId: undefined }))
		.catch((error: unknown) => error);
	expect(missing).toMatchObject({ responseStatus: { errorCode: "NotEmpty", errors: [{ fieldName: "RoleId" }] } });
	const cancelled = await asking.postToUrl(`/api/connections/${Connection.ConnectionId}/cancel`, update({}));
	expect(cancelled).toEqual({ ResponseStatus: null });
	// Once more changes nothing, and says so in a dictionary, whose keys nobody spells otherwise.
	const again = await asking.postToUrl(`/api/connections/${Connection.ConnectionId}/cancel`, update({}));
	expect(again).toMatchObject({ ResponseStatus: { Meta: { changed: "false", currentStatus: "Cancelled" } } });
	const listed = new Dto<{ Connections: { Status: string }[] }>("ListConnections", "GET", { Status: "cancelled" });
	expect((await asking.get(listed)).Connections).toContainEqual(expect.objectContaining({ Status: "Cancelled" }));
});

it("drives the directory, with its lists in the query and its answers that are nothing", async () => {
	const client = clientOf(await Person.signIn("Manager", unique("company")));
	type Customer = { id: string; name: string; parentCustomerId?: string };
	const name = `Ann & "Bob" ünï, ${unique("c")}`;
	const create = (members: object) => new Dto<Customer>("NewCustomer", "POST", members);
	const account = await client.post(new Dto<{ id: string }>("NewAccount", "POST", { name: "Account" }));
	const parent = await client.post(create({ name, accountId: account.id }));
	const [child, other] = await client.sendAll(
		["child", "other"].map((one) => create({ name: one, parentCustomerId: parent.id })),
	);
	expect(parent).toMatchObject({ name });
	const list = (members: object) =>
		new Dto<{ items: Customer[]; totalCount: number; hasMorePages: boolean }>("ListCustomers", "GET", members);
	const ids = [child?.id, other?.id, "", null];
	const page = await client.get(
		list({
			page: 0,
			countPerPage: 25,
			all: false,
			specificIds: ids,
			sortOrder: "Descend",
			accountIds: [],
			tagIds: null,
		}),
	);
	expect(page).toMatchObject({ totalCount: 2, hasMorePages: false, items: [{ name: "other" }, { name: "child" }] });
	expect((await client.api(list({ nameFilter: name }))).response?.items).toMatchObject([{ id: parent.id }]);
	expect(await client.get("/customers", { parentCustomerIds: [parent.id, ""], countPerPage: 0 })).toMatchObject({
		items: [{ name: "child" }, { name: "other" }],
	});
	const wrong = await client.api(list({ sortField: "Shoe size" }));
	expect(wrong.errorCode).toBe("InvalidSortField");
	const remove = (customerId: string | undefined) => new Dto<void>("DeleteCustomer", "DELETE", { customerId });
	expect((await client.apiVoid(remove(child?.id))).succeeded).toBe(true);
	expect(calls.at(-1)?.method).toBe("DELETE");
	expect((await client.apiVoid(remove(parent.id))).errorCode).toBe("HasChildren");
	expect((await client.get(list({ parentCustomerIds: [parent.id] }))).items).toMatchObject([{ id: other?.id }]);
});

it("drives customer links, also in batches, forms and one way", async () => {
	const ada = await Person.invent("Ada");
	const client = clientOf(ada);
	const ResourceUid = await ada.createChat();
	type Link = { CustomerLinkUID: string; Status: string; ResourceUid: string; MaxViews?: number; ExpiresAtUtc: string };
	type Made = { Link: Link; PortalUrl: string; DeliveryErrors: string[] };
	const create = (members: object) =>
		new Dto<Made>("CustomerLinkCreateRequest", "POST", { ResourceType: "Chat", ResourceUid, ...members });
	const toSomebody = () => ({ RecipientEmail: `${unique("guest")}@example.com` });

	// What a typed client has not set is 0, false or a zero Guid.
	const unset = { RecipientContactId: 0, DeliverEmail: false, DeliverSms: false, ExpiresInHours: 0, MaxViews: 0 };
	const { Link, PortalUrl, DeliveryErrors } = await client.post(create({ ...toSomebody(), ...unset }));
	expect(Link).toMatchObject({
		ResourceUid,
		Status: "Active",
		CustomerLinkUID: expect.stringMatching(/^[0-9a-f]{32}$/),
	});
	expect([PortalUrl, DeliveryErrors]).toEqual([expect.stringMatching(/\/l\/cl_[\w-]{43}$/), []]);
	const several = await client.sendAll([create(toSomebody()), create({ ...toSomebody(), MaxViews: 3 })]);
	expect(several.map(({ Link }) => Link.MaxViews)).toEqual([null, 3]);
	await client.publish(create(toSomebody()));
	const form = new FormData();
	form.append("RecipientEmail", toSomebody().RecipientEmail);
	form.append("ExpiresInHours", "2");
	const formed = await client.apiForm(create({}), form);
	expect(Date.parse(formed.response?.Link.ExpiresAtUtc ?? "") - Date.now()).toBeLessThanOrEqual(2 * 3_600_000);

	const list = new Dto<{ Links: Link[] }>("CustomerLinkListRequest", "GET", { ResourceType: "chat", ResourceUid });
	const listed = await client.get(list);
	expect([listed.Links.length, listed.Links.at(-1)?.CustomerLinkUID]).toEqual([5, Link.CustomerLinkUID]);
	expect(calls.at(-1)?.path).toContain("/api/CustomerLinkListRequest?");
	const byPath = await client.get<{ links: Link[] }>(`/v1/customerlink/resource/Chat/${ResourceUid}`, {
		countPerPage: 2,
	});
	expect(byPath.links).toHaveLength(2);

	const { CustomerLinkUID } = Link;
	const revoke = new Dto<{ Link: Link; IsChanged: boolean }>("RevokeCustomerLink", "POST", { CustomerLinkUID });
	expect(await client.post(revoke)).toMatchObject({ IsChanged: true, Link: { Status: "Revoked" } });
	expect((await client.apiVoid(revoke as unknown as IReturn<void>)).succeeded).toBe(true);
	const nowhere = await client.api(create({ ...toSomebody(), ResourceUid: "f".repeat(32) }));
	expect([nowhere.errorCode, nowhere.response]).toEqual(["ResourceNotFound", undefined]);
	const nobody = await client.api(create({ ...unset, ResourceType: "" }));
	expect([nobody.errorCode, nobody.errors[0]?.fieldName]).toEqual(["NotEmpty", "ResourceType"]);

	const keyed = new JsonServiceClient(BASE);
	keyed.setCredentials((await makeKey({ role: "Administrator" })).key, "");
	expect((await keyed.post(create(toSomebody()))).Link.Status).toBe("Active");
	const stranger = new JsonServiceClient(BASE);
	expect((await stranger.api(list)).error?.errorCode).toBe("Unauthorized");
});
