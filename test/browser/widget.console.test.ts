import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { Agent } from "./console-page.ts";
import { Stage } from "./stage.ts";
import { Visitor } from "./visitor.ts";

let stage: Stage;

beforeAll(async () => {
	stage = await Stage.open();
});

afterAll(() => stage.close());

const soon = { timeout: 30_000, interval: 100 };

/** A visitor on somebody else's page, and Ada at the console, who has picked them up. */
async function meet(name: string): Promise<{ visitor: Visitor; ada: Agent }> {
	const data = { org: "DOWELL12345", product: "PUBLICCHAT", portfolio: name };
	const visitor = await Visitor.at(stage.browser, stage.site.page(`/${name}`, { data }));
	onTestFinished(() => visitor.leave());
	await visitor.open();
	// High enough for the whole conversation: the console draws only what is in sight.
	const ada = await Agent.signIn(stage.browser, stage.line.url, "Ada", { viewport: { width: 1280, height: 4000 } });
	onTestFinished(() => ada.context.close());
	await visitor.say("Is anybody there?");
	await ada.open(name);
	await ada.message("Is anybody there?").waitFor();
	return { visitor, ada };
}

it("lets a visitor and an agent talk: each sees what the other does", async () => {
	const { visitor, ada } = await meet("Lena");
	await visitor.panel.getByText("Ada Agent is here").waitFor();
	await visitor.panel.getByText("Seen").waitFor();
	await ada.composer.pressSequentially("Yes");
	await visitor.panel.getByText("Ada Agent is writing").waitFor();
	await ada.composer.press("Enter");
	await expect.poll(() => visitor.shown(), soon).toEqual(["Is anybody there?", "Yes"]);
	await ada.page.getByText("Read by Lena").waitFor();
	await visitor.field.pressSequentially("Fine");
	await ada.page.getByText("Lena is writing…").waitFor();
	await visitor.field.press("Enter");
	await ada.message("Fine").waitFor();

	await ada.composer.press("ArrowUp");
	await ada.composer.fill("Yes, we are");
	await ada.composer.press("Enter");
	await visitor.panel.getByText("Yes, we are").waitFor();
	await visitor.panel.getByText("edited").waitFor();
	await ada.message("Yes, we are").focus();
	await ada.page.keyboard.press("Delete");
	await visitor.panel.getByText("This message was deleted").waitFor();
	await ada.message("Message deleted").waitFor();
	expect([await visitor.shown(), await ada.shown()].map((texts) => texts.includes("Yes, we are"))).toEqual([
		false,
		false,
	]);
	expect([visitor.complaints, ada.complaints]).toEqual([[], []]);
});

it("loses and doubles nothing while both are offline for ten seconds, and when the server is killed", async () => {
	const { visitor, ada } = await meet("Noor");
	const said = ["Is anybody there?"];
	const write = async (round: number) => {
		said.push(`visitor ${round}`, `agent ${round}`);
		await Promise.all([visitor.say(`visitor ${round}`), ada.say(`agent ${round}`)]);
		await visitor.page.waitForTimeout(700);
	};
	await Promise.all([visitor.context.setOffline(true), ada.context.setOffline(true)]);
	stage.line.cut();
	for (let round = 1; round <= 14; round += 1) await write(round);
	stage.line.mend();
	await Promise.all([visitor.context.setOffline(false), ada.context.setOffline(false)]);
	await expect.poll(async () => (await ada.shown()).toSorted(), soon).toEqual(said.toSorted());
	await expect.poll(() => visitor.shown(), soon).toEqual(await ada.shown());

	await write(15);
	await stage.server.kill();
	for (let round = 16; round <= 18; round += 1) await write(round);
	await stage.restart();
	await write(19);
	await expect.poll(async () => (await ada.shown()).toSorted(), soon).toEqual(said.toSorted());
	await expect.poll(() => visitor.shown(), soon).toEqual(await ada.shown());

	// What both see is what both see again after a reload.
	const before = await visitor.shown();
	await Promise.all([visitor.page.reload(), ada.page.reload()]);
	await expect.poll(async () => (await visitor.shown()).at(-1), soon).toBe(before.at(-1));
	expect(before.slice(-20)).toEqual((await visitor.shown()).slice(-20));
	await expect.poll(async () => (await ada.shown()).slice(-10), soon).toEqual(before.slice(-10));
	// That requests failed meanwhile, the browser may say.
	const complaints = [...visitor.complaints, ...ada.complaints].filter((text) => !text.includes("net::ERR_"));
	expect(complaints).toEqual([]);
});
