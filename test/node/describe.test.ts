import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { JsonServiceClient } from "@servicestack/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../scripts/local.ts";
import { Server } from "./server.ts";

let stateDir: string;
let folder: string;
let server: Server;
let token: string;

beforeAll(async () => {
	stateDir = mkdtempSync(join(tmpdir(), "foyer-describe-"));
	// Inside the repository, so that the compiler finds the client.
	mkdirSync(join(root, "dist"), { recursive: true });
	folder = mkdtempSync(join(root, "dist/types-"));
	server = await Server.start(stateDir);
	({ token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, { tenant: "acme", role: "Agent" }));
});

afterAll(async () => {
	await server?.stop();
	for (const path of [stateDir, folder]) if (path) rmSync(path, { recursive: true, force: true });
});

async function text(path: string): Promise<string> {
	const response = await fetch(server.url + path);
	expect([path, response.status]).toEqual([path, 200]);
	return response.text();
}

it("publishes a valid OpenAPI 3.1 document", async () => {
	const document = JSON.parse(await text("/openapi.json"));
	const validator = new Validator();
	const { valid, errors } = await validator.validate(document);
	expect([valid, errors]).toEqual([true, undefined]);
	expect(validator.version).toBe("3.1");

	const paths: Record<string, Record<string, { operationId: string }>> = document.paths;
	const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
	expect(new Set(ids).size).toBe(ids.length);
	const references = Array.from(JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g));
	expect(references.length).toBeGreaterThan(0);
	for (const [, name = ""] of references) expect(Object.keys(document.components.schemas)).toContain(name);
	expect(Object.keys(document.components.schemas).filter((name) => !/^\w+$/.test(name))).toEqual([]);
});

/** What somebody writes who uses the types with the real client: it must compile, too. */
const usage = `import { JsonServiceClient } from "@servicestack/client";
import { Chat, ChatMessageSendRequest, ChatMessagesRequest, ChatReadRequest, ChatRequest } from "./dtos.ts";

export async function converse(base: string, token: string) {
	const client = new JsonServiceClient(base);
	client.bearerToken = token;
	const { chat: [created] } = await client.post(new ChatRequest({ chat: new Chat({ chatName: "Typed" }) }));
	if (!created) throw new Error("nothing was created");
	const { chatId } = created;
	const sent = await client.send(new ChatMessageSendRequest({ chatId, body: "Grüße, 'quoted' & [bracketed]" }));
	const { messages, hasMore } = await client.get(new ChatMessagesRequest({ chatId, take: 10 }));
	const api = await client.api(new ChatReadRequest({ chatId, lastChatMessageId: sent.message.chatMessageId }));
	const { chat } = await client.get(new ChatRequest({ chatId }));
	const refused = await client.api(new ChatMessageSendRequest({ chatId }));
	return {
		name: created.chatName.toUpperCase(),
		bodies: messages.map((message) => message.body ?? ""),
		hasMore,
		read: api.response?.unreadCount,
		unread: chat.map((one) => one.unreadCount),
		error: [refused.errorCode, refused.error?.errors?.[0]?.fieldName],
	};
}
`;

it("writes TypeScript that compiles as it is and drives the real client", async () => {
	const dtos = await text("/types/typescript");
	expect(dtos).not.toContain("@ts-nocheck");
	writeFileSync(join(folder, "dtos.ts"), dtos);
	writeFileSync(join(folder, "declarations.d.ts"), await text("/types/typescript.d"));
	writeFileSync(join(folder, "usage.ts"), usage);
	const options = {
		strict: true,
		exactOptionalPropertyTypes: false,
		noUncheckedIndexedAccess: true,
		target: "es2022",
		module: "nodenext",
		lib: ["es2022", "dom"],
		types: [],
		allowImportingTsExtensions: true,
		rewriteRelativeImportExtensions: true,
		outDir: "out",
	};
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
	writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
	const tsc = join(root, "node_modules/typescript/bin/tsc");
	const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
	expect([status, stdout]).toEqual([0, ""]);

	const { converse } = await import(/* @vite-ignore */ pathToFileURL(join(folder, "out/usage.js")).href);
	expect(await converse(server.url, token)).toEqual({
		name: "TYPED",
		bodies: ["Grüße, 'quoted' & [bracketed]"],
		hasMore: false,
		read: 0,
		unread: [0],
		error: ["NotEmpty", "Body"],
	});
});

it("gives each request of the types the verb that its operation takes", async () => {
	const { ChatEventsRequest, ChatMessageDeleteRequest, ChatRequest } = await import(
		/* @vite-ignore */ pathToFileURL(join(folder, "out/dtos.js")).href
	);
	const verbs = [ChatRequest, ChatEventsRequest, ChatMessageDeleteRequest].map((type) => new type().getMethod());
	expect(verbs).toEqual(["POST", "GET", "DELETE"]);
	const client = new JsonServiceClient(server.url);
	await expect(client.send(new ChatEventsRequest({ chatId: "0".repeat(31) + "1" }))).rejects.toMatchObject({
		responseStatus: { errorCode: "Unauthorized" },
	});
});
