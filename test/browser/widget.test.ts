import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { Stage } from "./stage.ts";
import { Agent, Visitor } from "./visitor.ts";

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});

afterAll(() => stage.close());

let pages = 0;

async function arrive(data: Record<string, string> = {}, options?: BrowserContextOptions): Promise<Visitor> {
	pages += 1;
	const url = stage.site.page(`/${pages}`, {
		data: { org: "DOWELL12345", product: "PUBLICCHAT", ...data },
		body: "<h1>Kettles</h1>",
	});
	const visitor = await Visitor.at(stage.browser, url, options);
	onTestFinished(() => visitor.leave());
	return visitor;
}

/** A visitor who has said something, and the agent who has read it. */
async function conversation(first = "Is anybody there?"): Promise<{ visitor: Visitor; agent: Agent }> {
	const visitor = await arrive({ portfolio: "Mira" });
	await visitor.open();
	await visitor.say(first);
	const agent = await Agent.in(() => stage.server, await visitor.room());
	onTestFinished(() => agent.leave());
	await expect.poll(() => agent.shown).toEqual([first]);
	return { visitor, agent };
}

it("talks: both see messages, typing, receipts, edits and deletions as they happen", async () => {
	const { visitor, agent } = await conversation();
	expect(agent.messages[0]).toMatchObject({ authorName: "Mira", authorKind: "Visitor", messageType: "Text" });
	await visitor.panel.getByText("Ada Agent is here").waitFor();

	await visitor.panel.getByText("Sent").waitFor();
	agent.client.markRead(1);
	await visitor.panel.getByText("Seen").waitFor();
	agent.client.startTyping();
	await visitor.panel.getByText("Ada Agent is writing").waitFor();
	await agent.client.send("Yes, I am");
	await visitor.panel.getByText("Yes, I am").waitFor();
	expect(await visitor.panel.getByText("is writing").count()).toBe(0);
	expect(await visitor.shown()).toEqual(["Is anybody there?", "Yes, I am"]);

	// Who has the answer on the screen has read it.
	const mira = () => [...agent.client.members.values()].find(({ kind }) => kind === "Visitor");
	await expect.poll(() => mira()?.lastReadIndex).toBe(2);
	await visitor.field.pressSequentially("Goo");
	await expect.poll(() => agent.client.typing).toEqual(["Mira"]);
	await visitor.field.fill("");
	await expect.poll(() => agent.client.typing).toEqual([]);
	await visitor.say("Good");
	await expect.poll(() => agent.shown).toEqual(["Is anybody there?", "Yes, I am", "Good"]);

	await agent.client.edit(agent.idOf("Yes, I am"), "Yes, we are");
	await visitor.panel.getByText("Yes, we are").waitFor();
	await visitor.panel.getByText("edited").waitFor();
	await agent.client.send("Not for you");
	await visitor.panel.getByText("Not for you").waitFor();
	await agent.client.remove(agent.idOf("Not for you"));
	await visitor.panel.getByText("This message was deleted").waitFor();
	await agent.client.send("What is it about?", { replyToChatMessageId: agent.idOf("Good") });
	await visitor.panel.locator("blockquote").getByText("Good").waitFor();
	expect(await visitor.shown()).toEqual([
		"Is anybody there?",
		"Yes, we are",
		"Good",
		"This message was deleted",
		"You Good\nWhat is it about?",
	]);
	expect(visitor.complaints).toEqual([]);
});

it("shows how many answers wait, says so, and comes back to them after a reload", async () => {
	const { visitor, agent } = await conversation();
	await visitor.field.fill("Half a sentence");
	await visitor.page.reload();
	// It was open, so it is open; what was being written is still there.
	await expect.poll(() => visitor.shown()).toEqual(["Is anybody there?"]);
	expect(await visitor.field.inputValue()).toBe("Half a sentence");
	await visitor.page.keyboard.press("Tab");
	await visitor.field.press("Escape");
	expect(await visitor.panel.isVisible()).toBe(false);
	await agent.client.send("One");
	await agent.client.send("Two");
	await visitor.page.getByRole("button", { name: "Open chat, 2 unread" }).waitFor();
	await expect
		.poll(() => visitor.page.locator("foyer-widget [role=status]").last().textContent())
		.toBe("Ada Agent: Two");

	await visitor.page.reload();
	await visitor.page.getByRole("button", { name: "Open chat, 2 unread" }).waitFor();
	expect(await visitor.panel.isVisible()).toBe(false);
	await visitor.open();
	await expect.poll(() => visitor.shown()).toEqual(["Is anybody there?", "One", "Two"]);
	await expect
		.poll(() => [...agent.client.members.values()].find(({ kind }) => kind === "Visitor")?.lastReadIndex)
		.toBe(3);
	await visitor.field.press("Escape");
	await visitor.page.getByRole("button", { name: "Open chat", exact: true }).waitFor();
	expect(visitor.complaints).toEqual([]);
});

it("makes no room for whoever only looks in, and one for whoever speaks in two tabs", async () => {
	const asked: string[] = [];
	const visitor = await arrive();
	visitor.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
	await visitor.open();
	await visitor.page.waitForTimeout(500);
	expect(asked.filter((path) => path.includes("room-"))).toEqual([]);
	await visitor.say("Hello");
	const room = await visitor.room();

	const other = await visitor.context.newPage();
	await other.goto(visitor.page.url());
	await other.locator("foyer-widget .launcher").click();
	await other.locator("foyer-widget").getByText("Hello").waitFor();
	await other.locator("foyer-widget").getByRole("textbox").fill("From the other tab");
	await other.keyboard.press("Enter");
	await expect.poll(() => visitor.shown()).toEqual(["Hello", "From the other tab"]);
	expect(await visitor.room()).toBe(room);
});

it("loses and doubles nothing when the network is gone for ten seconds while both go on writing", async () => {
	const { visitor, agent } = await conversation();
	const said: string[] = ["Is anybody there?"];
	const both = async (round: number) => {
		said.push(`visitor ${round}`, `agent ${round}`);
		await visitor.say(`visitor ${round}`);
		await agent.client.send(`agent ${round}`);
		await visitor.page.waitForTimeout(800);
	};
	await visitor.context.setOffline(true);
	stage.line.cut();
	await visitor.panel.getByText("You are offline.").waitFor();
	for (let round = 1; round <= 12; round += 1) await both(round);
	expect(agent.shown.filter((text) => text?.startsWith("visitor"))).toEqual([]);
	expect((await visitor.shown()).filter((text) => text.startsWith("agent"))).toEqual([]);
	stage.line.mend();
	await visitor.context.setOffline(false);
	await expect.poll(() => agent.shown.length, { timeout: 20_000 }).toBe(said.length);
	await expect.poll(() => visitor.shown()).toEqual(agent.shown);
	expect(new Set(agent.shown)).toEqual(new Set(said));
	for (const name of ["visitor", "agent"])
		expect(agent.shown.filter((text) => text?.startsWith(name))).toEqual(said.filter((text) => text.startsWith(name)));
	expect(await visitor.panel.locator(".condition").count()).toBe(0);
	expect(visitor.complaints).toEqual([]);
});

it("sends what was written offline after the page was closed, though no room was there yet", async () => {
	const visitor = await arrive();
	await visitor.open();
	stage.line.cut();
	await visitor.say("First");
	await visitor.say("Second");
	await visitor.panel.getByText("Connecting again").waitFor();
	await expect.poll(() => visitor.shown()).toEqual(["First", "Second"]);
	stage.line.mend();
	const blocked = stage.site.foyer;
	await visitor.page.goto("about:blank");
	await visitor.page.goto(stage.site.page("/later", { data: { org: "DOWELL12345", product: "PUBLICCHAT" } }));
	expect(stage.site.foyer).toBe(blocked);
	const agent = await Agent.in(() => stage.server, await visitor.room());
	onTestFinished(() => agent.leave());
	await expect.poll(() => agent.shown).toEqual(["First", "Second"]);
});

it("loses and doubles nothing when the server is killed and started again", async () => {
	const { visitor, agent } = await conversation();
	const said = ["Is anybody there?"];
	const until = { isOver: false };
	const talk = async () => {
		for (let round = 1; !until.isOver || round <= 10; round += 1) {
			said.push(`visitor ${round}`, `agent ${round}`);
			await visitor.say(`visitor ${round}`);
			await agent.client.send(`agent ${round}`);
			await visitor.page.waitForTimeout(150);
		}
	};
	const restart = async () => {
		await visitor.page.waitForTimeout(600);
		await stage.server.kill();
		await stage.restart();
		await visitor.page.waitForTimeout(600);
		until.isOver = true;
	};
	await Promise.all([talk(), restart()]);
	await expect.poll(() => agent.shown.length, { timeout: 60_000, interval: 200 }).toBe(said.length);
	await expect.poll(() => visitor.shown(), { timeout: 20_000 }).toEqual(agent.shown);
	expect(new Set(agent.shown)).toEqual(new Set(said));
	await visitor.page.reload();
	await expect.poll(async () => (await visitor.shown()).at(-1)).toBe(agent.shown.at(-1));
	expect(visitor.complaints).toEqual([]);
});

it("loads earlier messages as one scrolls up, and stays where one reads", async () => {
	const { visitor, agent } = await conversation("line 1");
	for (let number = 2; number <= 100; number += 1) await agent.client.send(`line ${number}`);
	await expect.poll(() => agent.client.pending.length, { timeout: 20_000 }).toBe(0);
	await visitor.page.reload();
	const box = visitor.panel.getByRole("region", { name: "Conversation" });
	await expect.poll(async () => (await visitor.shown()).at(-1)).toBe("line 100");
	expect((await visitor.shown()).length).toBeLessThan(100);
	const atEnd = () => box.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight < 2);
	expect(await atEnd()).toBe(true);
	await box.evaluate((one) => (one.scrollTop = 100));
	const first = visitor.panel.locator(".bubble", { hasText: /^line 75$/ });
	const before = await first.boundingBox();
	await expect.poll(async () => (await visitor.shown())[0]).toBe("line 41");
	expect(Math.abs(((await first.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
	await agent.client.send("while reading");
	await expect.poll(async () => (await visitor.shown()).at(-1)).toBe("while reading");
	expect(await atEnd()).toBe(false);
	await visitor.panel.getByRole("button", { name: "Newest messages" }).click();
	expect(await atEnd()).toBe(true);
	for (let at = 0; at < 4; at += 1) await box.evaluate((one) => (one.scrollTop = 0));
	await expect
		.poll(async () => {
			await box.evaluate((one) => (one.scrollTop = 0));
			return (await visitor.shown()).length;
		})
		.toBe(101);
});

it("ends with the room, and begins another with the next word", async () => {
	const { visitor, agent } = await conversation();
	const room = await visitor.room();
	await stage.server.ask("POST", "/api/v2/room-service/", undefined, { type: "delete_room", room_id: room });
	await visitor.panel.getByText("This conversation has ended.").waitFor();
	expect(await visitor.field.count()).toBe(0);
	await visitor.panel.getByRole("button", { name: "Start a new one" }).click();
	expect(await visitor.shown()).toEqual([]);
	await visitor.say("Once more");
	await expect.poll(() => visitor.room()).not.toBe(room);
	const second = await visitor.room();
	await stage.server.ask("POST", "/api/v2/room-service/", undefined, { type: "delete_room", room_id: second });
	await visitor.panel.getByText("This conversation has ended.").waitFor();

	// Who comes back after the end finds a fresh beginning, and leaves no empty room behind.
	await visitor.page.reload();
	await visitor.panel.getByText("Send a message to start the conversation.").waitFor();
	expect(agent.shown).toEqual(["Is anybody there?"]);
	const query = "/api/v2/room-list/?org_id=DOWELL12345&product_name=PUBLICCHAT";
	const { last_room_details: newest } = await stage.server.ask<{ last_room_details: { _id: string } }>(
		"GET",
		query,
		undefined,
	);
	expect(newest._id).toBe(second);
	expect(visitor.complaints).toEqual([]);
});

it("sends pictures as the visitor dialect has them, and shows those of the staff", async () => {
	const { visitor, agent } = await conversation();
	const png = await visitor.page.evaluate(() => {
		const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 1200 });
		const pen = canvas.getContext("2d");
		for (let at = 0; at < 2400; at += 8) {
			if (pen) pen.fillStyle = `hsl(${at % 360} 80% 50%)`;
			pen?.fillRect(at, 0, 8, 1200);
		}
		return canvas.toDataURL("image/png").split(",")[1] ?? "";
	});
	const buffer = Buffer.from(png, "base64");
	await visitor.panel.locator("input[type=file]").setInputFiles({ name: "lid.png", mimeType: "image/png", buffer });
	await visitor.panel.getByRole("button", { name: "Picture from You" }).waitFor();
	await expect.poll(() => agent.messages.at(-1)?.messageType).toBe("IMAGE");
	const sent = agent.messages.at(-1)?.body ?? "";
	expect(sent).toMatch(/^iVBORw0KGgo/);
	expect(Buffer.from(sent, "base64").readUInt32BE(16)).toBe(1600);

	await agent.client.send(png, { messageType: "IMAGE" });
	const shown = visitor.panel.getByRole("button", { name: "Picture from Ada Agent" });
	await expect.poll(async () => (await shown.boundingBox())?.width).toBeGreaterThan(200);
	const [opened] = await Promise.all([visitor.context.waitForEvent("page"), shown.click()]);
	expect(opened.url()).toMatch(/^blob:/);
	await visitor.panel.locator("input[type=file]").setInputFiles({
		name: "note.txt",
		mimeType: "text/plain",
		buffer: Buffer.from("no picture"),
	});
	await visitor.panel.getByText("This picture cannot be sent.").waitFor();
	expect(visitor.complaints).toEqual([]);
});
